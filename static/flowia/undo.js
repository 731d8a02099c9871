// The undo banner counts down and goes when the message leaves.
// Without this file it stays with the seconds there were, and a press tells when it is too late.

const undo = document.getElementById("undo");
const TICK = 200;

if (undo) {
  const milliseconds = Number(undo.dataset.milliseconds);
  const end = performance.now() + milliseconds;
  const left = document.getElementById("undo-left");
  const ticking = left && setInterval(() => {
    left.textContent = `${Math.max(0, Math.ceil((end - performance.now()) / 1000))} s`;
  }, TICK);
  setTimeout(() => {
    undo.hidden = true;
    clearInterval(ticking);
  }, milliseconds);
  // A page that is reloaded later must not offer it again.
  history.replaceState(null, "", location.href.replace(/[?&]approved=[^&]*/, ""));
}
