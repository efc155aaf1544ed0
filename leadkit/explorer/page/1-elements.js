// Elements from plain values. Texts only ever become text nodes and attributes: nothing that a stranger wrote is HTML.

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

let counter = 0;

function freshId(name) {
  counter += 1;
  return `lk-${name}-${counter}-${Math.random().toString(36).slice(2, 8)}`;
}

function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, label);
}

// A text of another language and direction stays by itself.
function written(text) {
  return h("bdi", {}, text);
}
