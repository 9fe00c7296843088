// Charts: the pointer or the arrow keys choose a stop; its words are shown, and read as a value.
for (const chart of document.querySelectorAll("[data-stops]")) {
  const stops = JSON.parse(chart.dataset.stops), cursor = chart.querySelector(".cursor");
  let at = -1;
  const goTo = (next) => {
    at = Math.max(0, Math.min(stops.length - 1, next));
    const [x, y, words] = stops[at];
    cursor.setAttribute("transform", `translate(${x} ${y ?? 0})`);
    cursor.removeAttribute("hidden");
    chart.setAttribute("aria-valuenow", at + 1);
    chart.setAttribute("aria-valuetext", words);
    chart.nextElementSibling.textContent = words;
  };
  const point = (event) => {
    const box = chart.getBoundingClientRect(), scale = chart.viewBox.baseVal.width / box.width;
    const left = (event.clientX - box.left) * scale, top = (event.clientY - box.top) * scale;
    const far = stops.map(([x, y]) => Math.hypot(x - left, y === null ? 0 : y - top));
    goTo(far.indexOf(Math.min(...far)));
  };
  for (const kind of ["pointermove", "pointerdown"]) chart.addEventListener(kind, point);
  chart.addEventListener("focus", () => at < 0 && goTo(0));
  chart.addEventListener("keydown", (event) => {
    const keys = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: stops.length };
    if (!(event.key in keys)) return;
    event.preventDefault();
    goTo(keys[event.key]);
  });
}
// A legend's button leaves one class in colour; choosing a class elsewhere does the same.
for (const part of document.querySelectorAll("[data-legend] [data-class]")) {
  const id = +part.dataset.class, isButton = part.tagName === "BUTTON";
  document.addEventListener("class", ({ detail }) => {
    if (isButton) part.setAttribute("aria-pressed", detail === id);
    else part.classList.toggle("faded", detail !== null && detail !== id);
  });
  part.addEventListener("click", () => {
    const detail = part.ariaPressed === "true" ? null : id;
    document.dispatchEvent(new CustomEvent("class", { detail }));
  });
}
