// The whole explorer: built once, then each part shows what its trait says.

function isDark(theme) {
  if (theme !== "auto") return theme === "dark";
  const jupyter = document.body.dataset.jpThemeLight;
  return jupyter ? jupyter === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
}

const LONG = 18; // characters that fit a card in large letters

function cardsOf(cards) {
  return cards.map(([label, value, below]) => {
    const lines = value.split(", ").map((line) => h("span", {}, line));
    const number = h("strong", { class: value.length > LONG && lines.length === 1 ? "lk-long" : null }, ...lines);
    return h("div", {}, h("dt", {}, label), h("dd", {}, number, h("small", {}, below)));
  });
}

function chipsOf(chips, send) {
  const taken = (field) => () => send({ do: "filter", field, value: null });
  const each = chips.map(([field, label, value]) =>
    button(`${label}: ${value} ×`, taken(field), { class: "lk-chip", "aria-label": `Take away: ${label} ${value}` }),
  );
  return chips.length ? [...each, button("Clear all", () => send({ do: "clear" }), { class: "lk-clear" })] : [];
}

function save(name, buffer) {
  const url = URL.createObjectURL(new Blob([buffer], { type: "text/csv" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function render({ model, el }) {
  const { theme } = model.get("fixed");
  const send = (message) => model.send(message);
  const count = h("p", { class: "lk-count", role: "status", "aria-live": "polite" });
  const chips = h("div", { class: "lk-chips", role: "group", "aria-label": "Chosen by" });
  const cards = h("dl", { class: "lk-kpis" });
  const said = h("p", { class: "lk-said", role: "alert" });
  const csv = button("Download CSV", () => send({ do: "csv" }), { class: "lk-csv" });
  const fields = filters(model, send);
  const drawn = charts(model, send);
  const table = leadsTable(model, send);
  const lead = leadPanel(model, send);
  const about = { class: "lk-explorer tex2jax_ignore mathjax_ignore", role: "group", "aria-label": "Explorer of leads" };
  const root = h("div", about, h("div", { class: "lk-head" }, count, csv), said, chips, cards, fields.element, drawn.element, table.element, lead.element);

  const numbers = () => {
    const shown = model.get("numbers");
    count.textContent = shown.count;
    chips.replaceChildren(...chipsOf(shown.chips, send));
    cards.replaceChildren(...cardsOf(shown.cards));
    fields.show();
    drawn.age();
    root.dataset.version = shown.version;
  };
  const tell = () => (said.textContent = model.get("said").text ?? "");
  const opened = () => lead.show(root.contains(document.activeElement));
  const heard = (message, buffers) => message?.kind === "csv" && save(message.name, buffers[0]);
  const dye = () => {
    const dark = isDark(theme);
    root.dataset.theme = dark ? "dark" : "light";
    root.dataset.forced = theme !== "auto";
    send({ do: "dye", dark });
  };
  const listeners = { "change:numbers": numbers, "change:table": table.show, "change:lead": opened, "change:said": tell, "msg:custom": heard };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const changing = new MutationObserver(dye);
  if (theme === "auto") changing.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  numbers();
  dye();
  el.append(root);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    changing.disconnect();
    drawn.gone();
  };
}

export default { render };
