// Draws the charts of a page; each stands below as a table as well, which needs no script.
(() => {
  "use strict";
  const Chart = window.Chart;
  if (!Chart) { document.documentElement.classList.add("no-drawing"); return; }
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const palette = [colour("--brand"), "#b4560f", "#4657a8", "#7a7f87"];
  const numbers = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  Chart.defaults.font.family = style.getPropertyValue("--font") || "sans-serif";
  Chart.defaults.color = colour("--ink-2");
  Chart.defaults.borderColor = colour("--line");
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) Chart.defaults.animation = false;

  const set = (line, place, kind, filled) => {
    const own = line.before ? palette[3] : palette[place % palette.length];
    const common = { label: line.label, data: line.values, texts: line.texts, borderColor: own };
    if (kind === "line") return { ...common, type: "line", borderWidth: line.before ? 1.5 : 2.5, borderDash: line.before ? [4, 4] : [], pointRadius: 0, pointHoverRadius: 4, cubicInterpolationMode: "monotone", backgroundColor: filled ? `${own}1f` : own, fill: filled };
    return { ...common, backgroundColor: own, borderWidth: 0, borderRadius: 3, maxBarThickness: 34 };
  };

  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    const told = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const lies = told.kind === "way";
    const value = { beginAtZero: true, border: { display: false }, ticks: { callback: (each) => numbers.format(each), maxTicksLimit: 6, precision: 0 } };
    const label = { grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16, callback(each) { const text = this.getLabelForValue(each); return /^\d{4}-\d\d-\d\d$/.test(text) ? text.slice(5) : text.length > 16 ? `${text.slice(0, 15)}…` : text; } } };
    new Chart(canvas, {
      type: told.kind === "line" ? "line" : "bar",
      data: { labels: told.labels, datasets: told.lines.map((line, place) => set(line, place, told.kind, told.kind === "line" && place === 0)) },
      options: {
        responsive: true, maintainAspectRatio: false, indexAxis: lies ? "y" : "x",
        interaction: { mode: "index", intersect: false, axis: lies ? "y" : "x" },
        scales: lies ? { x: value, y: { ...label, ticks: { ...label.ticks, autoSkip: false } } } : { x: label, y: value },
        plugins: {
          legend: { display: told.lines.length > 1, position: "bottom", labels: { boxWidth: 14, boxHeight: 3 } },
          tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${item.dataset.texts[item.dataIndex]}` } },
        },
      },
    });
  }
})();
