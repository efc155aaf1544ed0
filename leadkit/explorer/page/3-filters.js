// Filters: real inputs with labels; they show what is chosen, whoever chose it.

const TYPING = 400; // milliseconds without a key until a search begins

function filters(model, send) {
  const inputs = new Map();
  const boxes = model.get("fixed").controls.map((control) => {
    const id = freshId(control.name);
    const input = inputOf(control, id, (value) => send({ do: "filter", field: control.name, value }));
    inputs.set(control.name, input);
    const hint = control.hint ? h("small", {}, control.hint) : null;
    return h("div", { class: `lk-field lk-field-${control.kind}` }, h("label", { for: id }, control.label), input, hint);
  });
  const show = () => {
    const { choice } = model.get("numbers");
    for (const [name, input] of inputs) setInput(input, choice[name] ?? "");
  };
  show();
  return { element: h("form", { class: "lk-filters", onsubmit: (event) => event.preventDefault() }, ...boxes), show };
}

function inputOf(control, id, choose) {
  if (control.kind === "select") {
    const options = control.options.map(([value, label]) => h("option", { value }, label));
    const disabled = options.length === 0;
    const attributes = { id, disabled, onchange: (event) => choose(event.target.value || null) };
    return h("select", attributes, h("option", { value: "" }, "all"), ...options);
  }
  if (control.kind === "date") {
    const { min, max } = control;
    const chosen = (event) => event.target.validity.badInput || choose(event.target.value || null);
    return h("input", { id, type: "date", min, max, onchange: chosen });
  }
  let wait;
  let last = "";
  const begin = (event) => {
    clearTimeout(wait);
    const { value } = event.target;
    if (value !== last) choose(value || null);
    last = value;
  };
  const later = (event) => {
    clearTimeout(wait);
    wait = setTimeout(() => begin(event), TYPING);
  };
  return h("input", { id, type: "search", autocomplete: "off", spellcheck: "false", oninput: later, onchange: begin });
}

function setInput(input, value) {
  if (input.tagName === "SELECT" && value && ![...input.options].some((option) => option.value === value)) {
    input.append(h("option", { value }, value)); // a listing that is not among the largest
  }
  if (input.value !== value && !(input.type === "search" && input === document.activeElement)) input.value = value;
}
