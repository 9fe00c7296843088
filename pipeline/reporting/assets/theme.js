// Light or dark: as the system says, until the button says otherwise.
const theme = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const { dataset } = document.documentElement;
const isDark = () => (dataset.theme ? dataset.theme === "dark" : system.matches);
const label = () => { theme.textContent = isDark() ? "Light colours" : "Dark colours"; };
theme.hidden = false;
theme.addEventListener("click", () => {
  dataset.theme = isDark() ? "light" : "dark";
  label();
});
system.addEventListener("change", label);
label();
