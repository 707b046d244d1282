/** Style of the lines inside the chat component, in the colours of the page. */
export const bubbles = `
  #messages { padding: 8px 2px; scrollbar-width: thin; }
  .outer-message-container { padding: 0; }
  .inner-message-container { margin-left: 14px; margin-right: 14px; width: auto; }
  .message-bubble {
    margin-top: 8px; padding: 10px 14px; max-width: min(85%, 340px); border-radius: 18px; text-align: left;
    font: 16px/1.45 var(--font); overflow-wrap: anywhere; white-space: pre-wrap;
    animation: appear 160ms ease-out;
  }
  .ai-message-text {
    background: var(--bot); color: var(--text); border: 1px solid var(--line); border-bottom-left-radius: 6px;
  }
  .user-message-text { background: var(--buyer); color: var(--on-buyer); border-bottom-right-radius: 6px; }
  .message-bubble:has(.good) { background: var(--good-soft); color: var(--good); border-color: transparent; }
  .message-bubble:has(.bad) { background: var(--bad-soft); color: var(--bad); border-color: transparent; }
  .message-bubble:has(.card) { padding: 0; width: min(85%, 300px); overflow: hidden; }
  .card .before { padding: 12px 16px 0; }
  .card .bill { padding: 12px 16px 16px; }
  .card .title { color: var(--soft); font-size: 15px; }
  .card .amount { font-size: 30px; font-weight: 700; line-height: 1.25; font-variant-numeric: tabular-nums; }
  .card a {
    display: block; margin-top: 12px; padding: 12px; border-radius: 12px; background: var(--accent);
    color: var(--on-accent); font-weight: 600; text-align: center; text-decoration: none;
  }
  .card a:hover { filter: brightness(1.1); }
  .card a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  .card .note { margin-top: 10px; color: var(--soft); font-size: 13px; text-align: center; }
  @keyframes appear { from { opacity: 0; transform: translateY(6px); } }
  @media (prefers-reduced-motion: reduce) { .message-bubble { animation: none; } }
`;
