// Ties the video player to the timeline chart: a click anywhere on the chart moves the player, the player's
// position is a line on the chart, and a new `data.turn` moves the player to `data.seek_s`. A click does not
// go to the server, so it is exact, at once, and works on the same place again.
const PLAYER = ".st-key-player video";
const CHART = ".st-key-timeline .js-plotly-plot";
const LOOK_EVERY_MS = 250;
const CLICK_PX = 4; // a pointer that moved further has zoomed or scrolled

const turns = new WeakMap();

function seek(video, seconds) {
  const end = Number.isFinite(video.duration) ? video.duration : seconds;
  video.currentTime = Math.max(0, Math.min(seconds, end));
}

function playhead(chart) {
  let line = chart.querySelector(":scope > .playhead");
  if (!line) {
    line = document.createElement("div");
    line.className = "playhead";
    line.setAttribute("aria-hidden", "true");
    Object.assign(line.style, {
      position: "absolute", width: "0", borderLeft: "2px solid currentColor", opacity: "0.6",
      pointerEvents: "none", zIndex: "5",
    });
    chart.style.position = "relative";
    chart.appendChild(line);
  }
  return line;
}

// The chart's time axis and plot area, or null while Plotly is still drawing.
function geometry(chart) {
  const layout = chart && chart._fullLayout;
  return layout && layout.xaxis && layout.xaxis._length ? { axis: layout.xaxis, size: layout._size } : null;
}

function place(chart, seconds) {
  const found = geometry(chart);
  if (!found) return;
  const { axis, size } = found;
  const x = axis.d2p(seconds);
  const line = playhead(chart);
  line.style.display = x >= 0 && x <= axis._length ? "block" : "none";
  line.style.left = `${axis._offset + x - 1}px`;
  line.style.top = `${size.t}px`;
  line.style.height = `${size.h}px`;
}

// The second under the pointer, or NaN outside the plot area.
function secondsAt(chart, event) {
  const found = geometry(chart);
  if (!found) return NaN;
  const { axis, size } = found;
  const box = chart.getBoundingClientRect();
  const x = event.clientX - box.left - axis._offset;
  const y = event.clientY - box.top - size.t;
  const inside = x >= 0 && x <= axis._length && y >= 0 && y <= size.h;
  return inside ? axis.p2d(x) : NaN;
}

export default function (component) {
  const { data } = component;
  let video = null;
  let chart = null;
  let pressed = null;

  const follow = () => chart && video && place(chart, video.currentTime);
  const press = (event) => {
    const onButton = event.target.closest && event.target.closest(".modebar");
    pressed = event.isPrimary && event.button === 0 && !onButton ? [event.clientX, event.clientY] : null;
  };
  const release = (event) => {
    if (!pressed || !chart || !video) return;
    const moved = Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]);
    pressed = null;
    const seconds = secondsAt(chart, event);
    if (moved <= CLICK_PX && Number.isFinite(seconds)) seek(video, seconds);
  };
  const events = ["timeupdate", "seeked", "loadedmetadata"];
  // What the server took for playable may still be beyond this one browser: said here, never a dead player.
  const complain = () => {
    if (!video || !video.error || video.parentElement.querySelector(":scope > .player-trouble")) return;
    const line = document.createElement("p");
    line.className = "player-trouble";
    line.setAttribute("role", "status");
    line.textContent = (data && data.trouble) || "";
    video.after(line);
  };
  const bind = () => {
    const newVideo = document.querySelector(PLAYER);
    if (newVideo !== video) {
      events.forEach((name) => video && video.removeEventListener(name, follow));
      if (video) video.removeEventListener("error", complain);
      video = newVideo;
      events.forEach((name) => video && video.addEventListener(name, follow));
      if (video) video.addEventListener("error", complain);
    }
    complain();
    const newChart = document.querySelector(CHART);
    if (newChart !== chart) {
      if (chart) chart.removeEventListener("pointerdown", press, true);
      chart = newChart;
      // Plotly covers the page while a button is down: its release is heard on the window.
      if (chart) chart.addEventListener("pointerdown", press, true);
    }
    if (video && data && data.turn && turns.get(video) !== data.turn) {
      turns.set(video, data.turn);
      seek(video, data.seek_s);
    }
    follow();
  };

  window.addEventListener("pointerup", release, true);
  bind();
  const timer = setInterval(bind, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    window.removeEventListener("pointerup", release, true);
    if (chart) chart.removeEventListener("pointerdown", press, true);
    events.forEach((name) => video && video.removeEventListener(name, follow));
    if (video) video.removeEventListener("error", complain);
  };
}
