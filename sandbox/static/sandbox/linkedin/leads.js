// A wall that a script builds: some time after the page is there, it leads away from it.
(() => {
  const { leads, leadsMs } = document.documentElement.dataset;
  if (leads) {
    const there = decodeURIComponent(leads);
    window.setTimeout(() => window.location.replace(there), Number(leadsMs));
  }
})();
