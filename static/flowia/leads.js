// Choosing many leads: a page, all that fit, and how many stand on the buttons.
// Without this file the boxes and buttons work the same, without the numbers.

const form = document.getElementById("chosen");

if (form) {
  const boxes = [...form.querySelectorAll('[name="lead"]')];
  const page = form.querySelector("[data-page]");
  const all = form.querySelector("[data-all]");
  const buttons = [...form.querySelectorAll("[data-bulk] button")];
  let last = -1;

  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const whole = Boolean(all?.checked);
    const number = whole ? Number(all.dataset.number) : chosen;
    const told = whole ? all.dataset.told : String(chosen);
    page.checked = chosen === boxes.length;
    page.indeterminate = chosen > 0 && chosen < boxes.length;
    for (const place of form.querySelectorAll("[data-count]")) place.textContent = number ? told : "";
    for (const place of form.querySelectorAll("[data-chosen]")) {
      place.hidden = number === 0;
      place.textContent = `${form.dataset.words} ${told}`;
    }
    for (const button of buttons) {
      button.disabled = number === 0 || (whole && "namedOnly" in button.dataset);
    }
  };

  form.querySelector("[data-page-box]").hidden = false;
  page.addEventListener("change", () => {
    for (const box of boxes) box.checked = page.checked;
    if (!page.checked && all) all.checked = false;
    tell();
  });
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const [at, box] of boxes.entries()) {
    box.addEventListener("click", (event) => {
      // As in every list: with Shift, all between the last click and this one.
      if (event.shiftKey && last >= 0) {
        const [from, to] = [Math.min(at, last), Math.max(at, last)];
        for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      }
      last = at;
      if (all && !box.checked) all.checked = false;
      tell();
    });
  }
  // Back from the question, the browser has ticked the boxes again.
  window.addEventListener("pageshow", tell);
  tell();
}
