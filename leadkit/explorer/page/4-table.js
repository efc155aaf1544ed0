// The table of leads: sorted by its headings, page by page; a lead opens by the button in its first cell.

function leadsTable(model, send) {
  const { columns, zone, masked } = model.get("fixed");
  const heads = columns.map(([name, label, sortable]) => {
    const sort = () => send({ do: "sort", column: name });
    const inside = sortable ? button(label, sort, { class: "lk-sort" }) : label;
    return h("th", { scope: "col", class: `lk-column-${name}`, "data-column": name }, inside);
  });
  const body = h("tbody");
  const turn = (by) => () => send({ do: "page", page: by(model.get("table")) });
  const first = button("First", turn(() => 1));
  const before = button("Previous", turn((table) => table.page - 1));
  const after = button("Next", turn((table) => table.page + 1));
  const last = button("Last", turn((table) => table.pages));
  const where = h("span", { "aria-live": "polite" });
  const show = () => {
    const table = model.get("table");
    for (const head of heads) {
      const sorted = head.dataset.column === table.column;
      head.setAttribute("aria-sort", sorted ? (table.descending ? "descending" : "ascending") : "none");
    }
    body.replaceChildren(...table.rows.map((row) => rowOf(row, columns, send)));
    if (table.rows.length === 0) body.append(h("tr", {}, h("td", { colspan: columns.length }, "No leads to show.")));
    where.textContent = `Page ${table.page.toLocaleString("en")} of ${table.pages.toLocaleString("en")}`;
    first.disabled = before.disabled = table.page <= 1;
    after.disabled = last.disabled = table.page >= table.pages;
  };
  show();
  const caption = `Leads, times in ${zone}${masked ? "; personal data is masked" : ""}`;
  const table = h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, ...heads)), body);
  const scroll = h("div", { class: "lk-scroll", tabindex: 0, role: "region", "aria-label": "Table of leads" }, table);
  const pages = h("nav", { class: "lk-pages", "aria-label": "Pages of the table" }, first, before, where, after, last);
  return { element: h("section", { class: "lk-leads" }, scroll, pages), show };
}

function rowOf(row, columns, send) {
  const open = () => send({ do: "open", row: row.row });
  const cells = row.cells.map((text, place) => {
    const [name, label] = columns[place];
    const attributes = { class: `lk-column-${name}`, "data-label": label };
    if (place > 0) return h("td", attributes, written(text));
    const opener = button(text || "no time", open, { class: "lk-open", "data-row": row.row, title: "Open this lead" });
    return h("td", attributes, opener);
  });
  return h("tr", {}, ...cells);
}
