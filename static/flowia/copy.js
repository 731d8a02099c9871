// Copies the words of a field at one press. Without this file there is no button: one selects them.

async function copy(button) {
  const area = document.getElementById(button.dataset.copy);
  if (!area) return;
  area.select();
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    // No clipboard here: the words are selected, the keyboard copies them.
    if (!document.execCommand("copy")) return;
  }
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
}

document.documentElement.classList.add("copies");
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button && button.textContent !== button.dataset.done) copy(button);
});
