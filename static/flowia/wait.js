// Counts down until one may go on. Without this file the sentence above it says about how long.

const wait = document.getElementById("wait");
const end = wait ? Date.now() + 1000 * Number(wait.dataset.seconds) : 0;

function tell() {
  const left = Math.ceil((end - Date.now()) / 1000);
  if (left > 0) {
    const words = new Intl.NumberFormat(document.documentElement.lang,
      { style: "unit", unit: "second", unitDisplay: "long" });
    wait.textContent = words.format(left);
    setTimeout(tell, 1000);
    return;
  }
  // Said once: a screen reader need not hear every second.
  wait.textContent = wait.dataset.over;
  document.getElementById("over").textContent = wait.dataset.over;
}

if (wait) {
  wait.hidden = false;
  tell();
}
