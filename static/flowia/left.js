// Windows that count down, as "2 hours, 5 minutes". Without this file the words stay as they came.

const SHORT = 15_000;

function inWords(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"]].filter(([number, unit]) => number || (!minutes && unit === "minute"));
  return parts.slice(0, 2).map(([number, unit]) => new Intl.NumberFormat(
    document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(number)).join(", ");
}

// By the server's clock: this device's may be wrong.
const page = document.querySelector("[data-now]");
const ahead = page ? Date.parse(page.dataset.now) - Date.now() : 0;

function count() {
  for (const time of document.querySelectorAll("[data-left]")) {
    time.textContent = inWords(Date.parse(time.dateTime) - Date.now() - ahead);
  }
}

count();
setInterval(count, SHORT);
