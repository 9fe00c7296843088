// Films: a button plays, a slider moves, and the same moment is shown under another map.
for (const clip of document.querySelectorAll(".clip")) {
  const film = clip.querySelector("video"), player = clip.querySelector("[data-player]");
  const [play, moment] = player.children;
  const buttons = [...clip.querySelectorAll("[data-film]")];
  film.controls = player.hidden = false;
  play.addEventListener("click", () => (film.paused ? film.play() : film.pause()));
  film.addEventListener("play", () => { play.textContent = "Pause"; });
  film.addEventListener("pause", () => { play.textContent = "Play"; });
  film.addEventListener("timeupdate", () => { moment.value = film.currentTime / film.duration; });
  moment.addEventListener("input", () => { film.currentTime = moment.value * film.duration; });
  Object.assign(buttons[0].dataset, { film: film.src, poster: film.poster }); // held once
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const time = film.currentTime, wasPlaying = !film.paused;
      buttons.forEach((other) => other.setAttribute("aria-pressed", other === button));
      film.poster = button.dataset.poster;
      film.src = button.dataset.film;
      film.setAttribute("aria-label", button.dataset.label);
      film.addEventListener("loadedmetadata", () => {
        if (time) film.currentTime = time;
        if (wasPlaying) film.play();
      }, { once: true });
    });
  }
}
