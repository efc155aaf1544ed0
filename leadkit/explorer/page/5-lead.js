// One lead: what is known of its wait and why, and its thread.

function leadPanel(model, send) {
  const element = h("section", { class: "lk-lead", "aria-label": "Lead", hidden: true });
  const thread = `Thread and evidence, times in ${model.get("fixed").zone}`;
  let shown;
  const shut = () => {
    const opener = element.parentElement?.querySelector(`.lk-open[data-row="${shown}"]`);
    send({ do: "shut" });
    opener?.focus();
  };
  const show = (focus) => {
    const lead = model.get("lead");
    const nobody = lead.row === undefined;
    element.hidden = nobody;
    shown = lead.row;
    if (nobody) return element.replaceChildren();
    const heading = h("h3", { tabindex: -1 }, written(lead.title));
    element.replaceChildren(
      h("div", { class: "lk-head" }, heading, button("Close", shut, { class: "lk-close" })),
      factsOf(lead),
      h("h4", {}, lead.records.length ? thread : "No thread or mail about it was given"),
      h("ol", { class: "lk-thread" }, ...lead.records.map((record) => recordOf(record, model, send))),
    );
    if (focus) heading.focus();
  };
  element.addEventListener("keydown", (event) => event.key === "Escape" && shut());
  show(false);
  return { element, show };
}

function factsOf(lead) {
  const pairs = lead.facts.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, written(text))));
  return h("dl", { class: "lk-facts" }, ...pairs);
}

function recordOf(record, model, send) {
  const text = h("p", { class: "lk-text", dir: "auto" }, record.text);
  const about = h("small", {}, `${record.at} · ${record.what} · ${record.source} ${record.id}`);
  const item = h("li", { class: `lk-record lk-by-${record.by}` }, about, record.text ? text : null);
  if (record.length > record.text.length) item.append(wholeText(record, text, model, send));
  return item;
}

function wholeText(record, text, model, send) {
  const more = button(`Show all ${record.length.toLocaleString("en")} characters`, () => {
    const fill = (message) => {
      if (message?.kind !== "text" || message.n !== record.n) return;
      model.off("msg:custom", fill);
      text.textContent = message.text;
      more.remove();
    };
    model.on("msg:custom", fill);
    send({ do: "text", n: record.n });
  });
  return more;
}
