// Two comforts of the forms: seeing the password one types, and the browser's own time zone.
// Without this file the forms work the same.

for (const place of document.querySelectorAll("[data-password]")) {
  const input = place.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain reveal";
  button.textContent = place.dataset.show;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? place.dataset.show : place.dataset.hide;
  });
  input.form.addEventListener("submit", () => { input.type = "password"; });
  place.append(button);
}

const zones = document.querySelector("[data-zone=offer] select");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zones && [...zones.options].some((option) => option.value === own)) zones.value = own;
