// The confusion matrix: a cursor that says what a cell holds, a choice of one class, two shades.
const matrix = document.getElementById("matrix");
const [cell, margin, classes] = ["cell", "margin", "classes"].map((key) => +matrix.dataset[key]);
const told = document.getElementById("confusion-told");
const all = document.querySelector("[data-unselect]");
const normalise = document.querySelector("[data-normalise]");
const cursor = matrix.querySelector(".cursor"), band = matrix.querySelector(".band");
const names = [...matrix.querySelectorAll(".row")].map((label) => label.dataset.name);
const counts = names.map(() => names.map(() => 0));
for (const rect of matrix.querySelectorAll(".cells rect")) {
  const [column, row] = ["x", "y"].map((axis) => (rect.getAttribute(axis) - margin) / cell);
  counts[row][column] = +rect.dataset.count;
}
const clips = (count) => `${count} clip${count === 1 ? "" : "s"}`;
const total = (row) => counts[row].reduce((sum, count) => sum + count, 0);
let at = [0, 0];

const goTo = (place) => {
  if (place.some((number) => number < 0 || number >= classes)) return;
  const [row, column] = (at = place);
  cursor.setAttribute("x", margin + column * cell);
  cursor.setAttribute("y", margin + row * cell);
  cursor.removeAttribute("hidden");
  told.textContent = words(row, column);
};
const words = (row, column) => {
  const count = counts[row][column], sum = total(row);
  const share = sum ? `, ${Math.round((100 * count) / sum)} % of ${clips(sum)}` : "";
  return `${names[row]}, ${row === column ? "right" : `named ${names[column]}`}: ${clips(count)}${share}`;
};
const tell = (row) => {
  const list = (of) => of.map((count, other) => [count, other])
    .filter(([count, other]) => count && other !== row).sort((a, b) => b[0] - a[0])
    .map(([count, other]) => `${names[other]} (${count})`).join(", ") || "none";
  told.textContent = `${names[row]}: ${counts[row][row]} of ${clips(total(row))} right. ` +
    `Named instead: ${list(counts[row])}. Others named so: ${list(counts.map((of) => of[row]))}.`;
};
const choose = (row) => document.dispatchEvent(new CustomEvent("class", { detail: row }));
const cellAt = (event) => {
  const box = matrix.getBoundingClientRect(), scale = matrix.viewBox.baseVal.width / box.width;
  return [event.clientY - box.top, event.clientX - box.left]
    .map((place) => Math.floor((place * scale - margin) / cell));
};

document.addEventListener("class", ({ detail: row }) => {
  band.toggleAttribute("hidden", row === null);
  all.hidden = row === null;
  for (const label of matrix.querySelectorAll("[data-class]")) {
    label.classList.toggle("chosen", +label.dataset.class === row);
  }
  if (row === null) return;
  const place = margin + row * cell, end = margin + classes * cell;
  band.setAttribute("d", `M0 ${place}h${end}v${cell}H0zM${place} 0h${cell}v${end}h-${cell}z`);
  tell(row);
});
all.addEventListener("click", () => choose(null));
for (const kind of ["pointermove", "pointerdown"]) {
  matrix.addEventListener(kind, (event) => goTo(cellAt(event)));
}
matrix.addEventListener("focus", () => goTo(at));
matrix.addEventListener("click", (event) => {
  const label = event.target.closest("[data-class]"), [row, column] = cellAt(event);
  if (label) choose(+label.dataset.class);
  else if (row >= 0 && row < classes) {
    choose(row);
    if (counts[row][column] >= 0) told.textContent = `${words(row, column)}. ${told.textContent}`;
  }
});
matrix.addEventListener("keydown", (event) => {
  const [row, column] = at, choices = { Enter: row, Escape: null };
  const next = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
  }[event.key];
  if (next) {
    goTo(next);
    cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else if (event.key in choices) choose(choices[event.key]);
  else return;
  event.preventDefault();
});
normalise.addEventListener("click", () => {
  const isShares = matrix.classList.toggle("shares");
  normalise.setAttribute("aria-pressed", isShares);
  for (const number of matrix.querySelectorAll(".cells text")) {
    const { style, dataset } = number.previousElementSibling;
    number.textContent = isShares ? Math.round(100 * style.getPropertyValue("--share")) : dataset.count;
  }
});
