// Shows the face under the pointer beside a point of the feature map. `data.sheet` is one picture of all faces,
// `data.columns` in a row and `data.side` pixels each; the first value of a point's customdata is its number.
const CHART = ".st-key-dataset_map_box .js-plotly-plot";
const LOOK_EVERY_MS = 400;
const SHOWN_PX = 96;
const GAP_PX = 14;

function picture(chart) {
  let face = chart.querySelector(":scope > .map-face");
  if (!face) {
    face = document.createElement("div");
    face.className = "map-face";
    face.setAttribute("aria-hidden", "true");
    Object.assign(face.style, {
      position: "absolute", width: `${SHOWN_PX}px`, height: `${SHOWN_PX}px`, display: "none",
      border: "2px solid", borderRadius: "4px", pointerEvents: "none", zIndex: "5",
    });
    chart.style.position = "relative";
    chart.appendChild(face);
  }
  return face;
}

function show(chart, data, point) {
  const number = Array.isArray(point.customdata) ? point.customdata[0] : -1;
  const face = picture(chart);
  if (!(number >= 0)) return;
  const zoom = SHOWN_PX / data.side;
  const column = number % data.columns;
  const row = Math.floor(number / data.columns);
  const x = point.xaxis._offset + point.xaxis.d2p(point.x);
  const y = point.yaxis._offset + point.yaxis.d2p(point.y);
  const right = x + GAP_PX + SHOWN_PX > chart.clientWidth;
  Object.assign(face.style, {
    display: "block",
    borderColor: (point.fullData.marker && point.fullData.marker.color) || "currentColor",
    backgroundImage: `url(${data.sheet})`,
    backgroundSize: `${data.columns * SHOWN_PX}px auto`,
    backgroundPosition: `-${column * data.side * zoom}px -${row * data.side * zoom}px`,
    left: `${right ? x - GAP_PX - SHOWN_PX : x + GAP_PX}px`,
    top: `${Math.max(0, y - SHOWN_PX - GAP_PX)}px`,
  });
}

export default function (component) {
  const { data } = component;
  let chart = null;
  const over = (event) => event.points && event.points.length && show(chart, data, event.points[0]);
  const out = () => { if (chart) picture(chart).style.display = "none"; };
  const release = () => {
    if (chart && chart.removeListener) {
      chart.removeListener("plotly_hover", over);
      chart.removeListener("plotly_unhover", out);
    }
  };
  const bind = () => {
    const found = document.querySelector(CHART);
    // Plotly gives the element its events when it has drawn.
    if (found === chart || !found || !found.on) return;
    release();
    chart = found;
    chart.on("plotly_hover", over);
    chart.on("plotly_unhover", out);
  };
  bind();
  const timer = setInterval(bind, LOOK_EVERY_MS);
  return () => { clearInterval(timer); release(); };
}
