// The undo banner goes when the message leaves. Without this file it stays, and a press tells so.

const undo = document.getElementById("undo");

if (undo) {
  setTimeout(() => { undo.hidden = true; }, Number(undo.dataset.milliseconds));
  // A page that is reloaded later must not offer it again.
  history.replaceState(null, "", location.href.replace(/[?&]approved=[^&]*/, ""));
}
