// Says how long an answer is and how long it may be. Without this file the limit stands there alone.

function count(area) {
  const told = document.getElementById(area.dataset.count);
  if (!told) return;
  const way = area.form.querySelector("[name=way]:checked");
  const rule = (way?.dataset.limit ? way : area).dataset;
  const inBytes = "bytes" in rule;
  const text = area.value.trim();
  const taken = inBytes ? new TextEncoder().encode(text).length : [...text].length;
  const limit = Number(rule.limit);
  told.classList.toggle("over", taken > limit);
  told.textContent = `${taken} ${inBytes ? told.dataset.bytes : told.dataset.characters} ${limit}`;
}

function look(event) {
  const area = event.target.form?.querySelector("textarea[data-count]");
  if (area && (event.target === area || event.target.name === "way")) count(area);
}

document.addEventListener("input", look);
document.addEventListener("change", look);
