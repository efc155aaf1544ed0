// Charts: each is drawn when it can be seen; a click on a mark chooses what it stands for.

function charts(model, send, dark) {
  const view = freshId("view");
  const all = model.get("fixed").charts.map(([name, hint]) => chartOf(name, hint, model, send));
  const near = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      near[isIntersecting ? "add" : "delete"](target.dataset.chart);
      target.dataset.seen = isIntersecting;
    }
    send({ do: "look", view, charts: [...near] });
  });
  for (const chart of all) watch.observe(chart.element);
  const gone = () => {
    watch.disconnect();
    send({ do: "look", view, charts: [] });
    for (const chart of all) chart.gone();
  };
  const age = () => all.forEach((chart) => chart.age());
  return { element: h("div", { class: "lk-charts" }, ...all.map((chart) => chart.element)), age, gone };
}

function chartOf(name, hint, model, send) {
  const plot = h("div", { class: "lk-plot", role: "img" });
  const caption = h("figcaption", {}, hint);
  const element = h("figure", { class: `lk-chart lk-chart-${name}`, "data-chart": name, tabindex: 0 }, plot, caption);
  let program = null;
  const draw = async () => {
    const { figure, alt } = model.get(name);
    if (!figure) return;
    plot.setAttribute("aria-label", alt);
    caption.hidden = figure.data.length === 0; // there is nothing to click
    try {
      program ??= await drawingProgram(model);
    } catch (error) {
      plot.textContent = alt; // without the program the words stay
      return;
    }
    const ground = getComputedStyle(element).backgroundColor; // Plotly chooses the colour of labels by it
    const through = { autosize: true, paper_bgcolor: ground, plot_bgcolor: ground };
    const config = { ...model.get("fixed").config, displayModeBar: false };
    plot.style.height = `${figure.layout.height}px`; // or Plotly would make it smaller when the width changes
    const first = !plot.classList.contains("js-plotly-plot");
    await program.react(plot, figure.data, { ...figure.layout, ...through }, config);
    if (first) plot.on("plotly_click", (event) => send({ do: "click", chart: name, point: pointOf(event.points[0]) }));
    age();
  };
  const age = () => {
    const { version } = model.get(name);
    element.classList.toggle("lk-old", version < model.get("numbers").version);
    element.dataset.version = version ?? "";
  };
  const size = new ResizeObserver(() => program && plot.offsetWidth && program.Plots.resize(plot));
  size.observe(plot);
  model.on(`change:${name}`, draw);
  draw();
  const gone = () => {
    size.disconnect();
    model.off(`change:${name}`, draw);
    program?.purge(plot);
  };
  return { element, age, gone };
}

function pointOf(point) {
  return { x: point.x, y: point.y, id: point.id ?? null };
}
