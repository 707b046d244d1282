/** The one style sheet of the simulator's pages, written into each of them. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f9; --card: #ffffff; --text: #1b2333; --soft: #5c6679; --line: #dde2eb;
  --accent: #4a34c9; --on-accent: #ffffff; --good: #0c7a4d; --good-soft: #e2f5ec; --bad: #b3261e; --bad-soft: #fdeceb;
  --note: #6b4e00; --note-soft: #fff4d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141d; --card: #191f2b; --text: #e9edf5; --soft: #a2adc0; --line: #2c3545;
    --accent: #a99cff; --on-accent: #14102e; --good: #5fd6a1; --good-soft: #123326; --bad: #ff9a92; --bad-soft: #3c1b1a;
    --note: #ffd978; --note-soft: #33290d;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.banner {
  background: var(--note-soft); color: var(--note); padding: 10px 16px; text-align: center; font-size: 14px;
  font-weight: 600;
}
main { max-width: 460px; margin: 28px auto; padding: 0 16px; }
main.wide { max-width: 1000px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 24px; margin: 0 0 20px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); font-size: 14px; }
.amount { font-size: 34px; font-weight: 700; line-height: 1.2; margin: 12px 0 0; font-variant-numeric: tabular-nums; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { font-weight: 600; padding: 0; margin: 0 0 10px; }
label { display: block; font-size: 14px; font-weight: 600; margin: 0 0 14px; }
input {
  display: block; width: 100%; margin: 4px 0 0; padding: 11px 12px; font: inherit; font-weight: 400; color: var(--text);
  background: var(--ground); border: 1px solid var(--line); border-radius: 9px;
}
input:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px;
}
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
button, .button {
  display: block; width: 100%; padding: 13px 16px; font: inherit; font-weight: 600; border-radius: 10px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: var(--text); text-align: center; text-decoration: none;
}
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button:hover, .button:hover { filter: brightness(1.08); }
.others { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-top: 12px; }
#fail { color: var(--bad); }
summary { cursor: pointer; font-size: 14px; font-weight: 600; margin: 0 0 14px; }
.message { border-radius: 10px; padding: 12px 14px; margin: 0 0 16px; font-size: 15px; }
.bad { background: var(--bad-soft); color: var(--bad); }
.good { background: var(--good-soft); color: var(--good); }
.note { background: var(--note-soft); color: var(--note); }
.help { background: var(--ground); border-radius: 10px; padding: 12px 14px; margin: 0 0 18px; font-size: 14px; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 0; font-size: 15px; }
dl + dl { margin-top: 20px; padding-top: 20px; border-top: 1px solid var(--line); }
.card > :last-child { margin-bottom: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: 8px 20px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.pill { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px; font-weight: 600; }
a { color: var(--accent); }
@media (max-width: 480px) {
  main { margin: 16px auto; } .card { padding: 18px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 8px; }
}
`;
