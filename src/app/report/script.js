"use strict";
// The page is complete without this: it adds a cross-hair to the charts and sorting to the tables.
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const charts = Array.from(document.querySelectorAll("svg.time"));

  function make(name, kind) {
    const element = document.createElementNS(SVG, name);
    element.setAttribute("class", kind);
    return element;
  }

  // The value of the chart's main line at a part of its width, read back from its path.
  function reader(chart) {
    const plot = chart.querySelector("svg");
    const lines = plot.querySelectorAll("path.line");
    const line = lines[lines.length - 1];
    const points = line
      ? line.getAttribute("d").split(/[ML]/).filter(Boolean).map((pair) => pair.split(" ").map(Number))
      : [];
    const low = Number(chart.dataset.low);
    const high = Number(chart.dataset.high);
    const height = Number(plot.getAttribute("height"));
    return function (part) {
      if (!points.length) return null;
      let from = 0;
      let to = points.length - 1;
      while (from < to) {
        const middle = (from + to) >> 1;
        if (points[middle][0] < part * 1000) from = middle + 1;
        else to = middle;
      }
      const up = 1 - points[from][1] / height;
      return chart.dataset.log === "1" ? low * Math.pow(high / low, up) : low + (high - low) * up;
    };
  }

  function words(value, percent) {
    if (percent) return (value * 100).toFixed(1) + " %";
    const size = Math.abs(value);
    return value.toLocaleString("en-US", { maximumFractionDigits: size >= 1000 ? 0 : size >= 10 ? 2 : 4 });
  }

  const parts = charts.map((chart) => {
    const line = make("line", "cross");
    line.setAttribute("y1", "16");
    line.setAttribute("y2", String(chart.height.baseVal.value - 20));
    const text = make("text", "read");
    text.setAttribute("y", "12");
    line.style.display = text.style.display = "none";
    chart.append(line, text);
    return { chart, line, text, read: reader(chart) };
  });

  function show(part) {
    for (const { chart, line, text, read } of parts) {
      const from = Number(chart.dataset.from);
      const to = Number(chart.dataset.to);
      const day = to - from > 6e8;
      const at = new Date(from + (to - from) * part).toISOString();
      const value = read(part);
      line.setAttribute("x1", part * 100 + "%");
      line.setAttribute("x2", part * 100 + "%");
      text.setAttribute("x", part * 100 + "%");
      text.setAttribute("dx", part > 0.7 ? "-6" : "6");
      text.setAttribute("text-anchor", part > 0.7 ? "end" : "start");
      text.textContent = at.slice(0, day ? 10 : 16).replace("T", " ") + (value === null ? "" : "   " + words(value, chart.dataset.percent === "1"));
      line.style.display = text.style.display = "";
    }
  }

  function hide() {
    for (const { line, text } of parts) line.style.display = text.style.display = "none";
  }

  for (const chart of charts) {
    chart.addEventListener("pointermove", (event) => {
      const box = chart.getBoundingClientRect();
      show(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    });
    chart.addEventListener("pointerleave", hide);
  }

  function key(row, column) {
    const text = row.cells[column] ? row.cells[column].textContent : "";
    const figure = Number(text.replace(/[,%+\s]/g, ""));
    return text !== "" && !Number.isNaN(figure) ? figure : text;
  }

  for (const table of document.querySelectorAll("table.rows")) {
    Array.from(table.tHead.rows[0].cells).forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = Array.from(body.rows);
        rows.sort((a, b) => {
          const [one, two] = [key(a, column), key(b, column)];
          const order = typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(String(two));
          return down ? -order : order;
        });
        body.append(...rows);
      });
    });
  }
})();
