import { bubbles } from "./bubbles.js";
import "./deep-chat.js";
import { entryHtml } from "./entry-html.js";

const conversation = rememberConversation();
const address = `/chat/conversations/${conversation}`;
const chat = document.querySelector("deep-chat");
const status = document.querySelector("#status");
const replies = document.querySelector("#replies");
const composer = document.querySelector("#composer");
const words = document.querySelector("#words");

const retryMs = 1000;
const typingMs = 10_000;
let lastSeq = 0;
let isOnline = false;
let isTyping = false;
let typingTimer;
const unsent = [];

/** The conversation of the address, else the one this browser had last, else a new one. */
function rememberConversation() {
  const asked = new URLSearchParams(location.search).get("c");
  const known = asked === "new" ? null : (asked ?? localStorage.getItem("conversation"));
  const id = /^[A-Za-z0-9_-]{8,64}$/.test(known ?? "") ? known : crypto.randomUUID();
  localStorage.setItem("conversation", id);
  history.replaceState(null, "", `/chat?c=${id}`);
  return id;
}

function dressChat() {
  chat.chatStyle = { width: "100%", height: "100%", backgroundColor: "transparent", fontFamily: "inherit" };
  chat.inputAreaStyle = { display: "none" };
  chat.auxiliaryStyle = bubbles;
  chat.messageStyles = { default: { shared: { bubble: { backgroundColor: "", color: "", maxWidth: "" } } } };
  chat.connect = { handler() {} };
}

function showStatus() {
  if (!isOnline) status.textContent = unsent.length > 0 ? "not sent yet, trying again…" : "connecting…";
  else status.textContent = isTyping ? "typing…" : "online";
}

function setTyping(typing) {
  clearTimeout(typingTimer);
  isTyping = typing;
  if (typing) typingTimer = setTimeout(() => setTyping(false), typingMs);
  showStatus();
}

function showEntry(entry) {
  if (entry.seq <= lastSeq) return;
  lastSeq = entry.seq;
  chat.addMessage({ role: entry.from === "buyer" ? "user" : "ai", html: entryHtml(entry) });
  if (entry.from === "buyer") showReplies(entry.seq, []);
  else if (entry.buttons) showReplies(entry.seq, entry.buttons);
  setTyping(entry.from === "buyer");
  requestAnimationFrame(() => chat.scrollToBottom());
}

function showReplies(seq, labels) {
  replies.replaceChildren(
    ...labels.map((label, button) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = label;
      chip.addEventListener("click", () => {
        for (const each of replies.children) each.disabled = true;
        send({ seq, button });
      });
      return chip;
    }),
  );
}

/** Sends in order, again and again until it is taken; the key makes a repeat harmless. */
function send(message) {
  unsent.push({ ...message, key: crypto.randomUUID() });
  if (unsent.length === 1) sendNext();
}

async function sendNext() {
  const [next] = unsent;
  if (!next) return;
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${address}/messages`, { method: "POST", headers, body: JSON.stringify(next) });
    if (answer.status >= 500) throw new Error(`answered ${answer.status}`);
    unsent.shift();
    sendNext();
  } catch {
    setTimeout(sendNext, retryMs);
  }
  showStatus();
}

function listen() {
  const events = new EventSource(`${address}/events?after=${lastSeq}`);
  events.onopen = () => {
    isOnline = true;
    showStatus();
  };
  events.onmessage = ({ data }) => showEntry(JSON.parse(data));
  events.onerror = () => {
    isOnline = false;
    showStatus();
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryMs);
  };
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  words.value = "";
  if (text !== "") send({ text });
});

dressChat();
chat.onComponentRender = () => {
  chat.onComponentRender = undefined;
  listen();
};
if (matchMedia("(pointer: fine)").matches) words.focus();
