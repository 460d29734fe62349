// Passes on once where the server wants the player; the studio listens.
export default function ({ data }) {
  const heard = (window.ferTurns = window.ferTurns || new Set());
  if (!data.turn || heard.has(data.turn)) return;
  heard.add(data.turn);
  window.ferSeek = data;
  window.dispatchEvent(new Event("fer-seek"));
}
