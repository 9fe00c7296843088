// Tables: a button in each head of a sortable one; a filter above the classes; a chosen class.
for (const table of document.querySelectorAll(".sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const value = ({ cells }, column) => {
    const shown = cells[column].querySelector("[data-value]")?.dataset.value ?? cells[column].textContent;
    return column && !isNaN(shown) ? +shown : shown.toLowerCase();
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const rises = head.ariaSort === "descending" || (head.ariaSort === null && column === 0);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rises ? "ascending" : "descending");
      const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (rises ? 1 : -1) * order(value(a, column), value(b, column)));
      table.tBodies[0].append(...rows);
    });
  });
}
const tools = document.querySelector("[data-filter]");
const rows = [...tools.parentElement.querySelectorAll("tbody tr")];
tools.hidden = false;
tools.querySelector("input").addEventListener("input", ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/);
  for (const row of rows) {
    const name = row.cells[0].textContent.toLowerCase();
    row.hidden = !words.every((word) => name.includes(word));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  tools.querySelector("[role=status]").textContent = `${shown} of ${rows.length} classes`;
});
for (const row of rows) {
  const id = +row.dataset.class;
  row.querySelector("button").addEventListener("click", () => {
    const detail = row.classList.contains("chosen") ? null : id;
    document.dispatchEvent(new CustomEvent("class", { detail }));
  });
  document.addEventListener("class", ({ detail }) => {
    row.classList.toggle("chosen", detail === id);
    row.setAttribute("aria-current", detail === id);
  });
}
