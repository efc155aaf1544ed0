"use strict";
// Draws the charts that the page holds: in the reader's theme, as wide as the page, in light colours on paper.
const drawings = JSON.parse(document.getElementById("drawings").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const coarse = matchMedia("(pointer: coarse)");
const chosen = document.documentElement.dataset.theme;
const config = {displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", responsive: true};

function theme() {
  return chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
}

function draw(name, width) {
  drawings.forEach((drawing, index) => {
    const {data, layout} = structuredClone(drawing[name]);
    const size = width ? {width, autosize: false} : {autosize: true};
    const touched = coarse.matches ? {dragmode: false} : {};
    Plotly.react(document.getElementById(`chart-${index + 1}`), data, {...layout, ...size, ...touched}, config);
  });
}

draw(theme());
dark.addEventListener("change", () => draw(theme()));
addEventListener("beforeprint", () => draw("light", 690));
addEventListener("afterprint", () => draw(theme()));
