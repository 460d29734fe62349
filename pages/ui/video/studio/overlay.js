// Boxes, names and words over the video: drawn by the browser from stored values, at every picture.
const OVERLAY = "face-overlay";

// Where the picture lies within the player, whose shape may be another: x, y, width, height in pixels.
function pictureOf(video) {
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight, videoWidth, videoHeight } = video;
  if (!videoWidth || !offsetWidth) return null;
  const scale = Math.min(offsetWidth / videoWidth, offsetHeight / videoHeight);
  const width = scale * videoWidth, height = scale * videoHeight;
  return [offsetLeft + (offsetWidth - width) / 2, offsetTop + (offsetHeight - height) / 2, width, height];
}

function overlayOf(video) {
  const frame = video.parentElement;
  let layer = frame.querySelector(`:scope > .${OVERLAY}`);
  if (!layer) {
    layer = document.createElement("div");
    layer.className = OVERLAY;
    layer.setAttribute("aria-hidden", "true");
    Object.assign(layer.style, { position: "absolute", pointerEvents: "none", overflow: "hidden", zIndex: "2" });
    if (getComputedStyle(frame).position === "static") frame.style.position = "relative";
    frame.appendChild(layer);
  }
  return layer;
}

function plate() {
  const box = document.createElement("div");
  const words = document.createElement("span");
  Object.assign(box.style, { position: "absolute", boxSizing: "border-box", borderRadius: "4px" });
  Object.assign(words.style, {
    position: "absolute", left: "-2px", whiteSpace: "nowrap", padding: "1px 6px", borderRadius: "4px",
    background: "rgba(16,20,22,0.82)", color: "#fff", font: "600 12px/1.4 system-ui, sans-serif",
  });
  box.appendChild(words);
  return box;
}

function drawFaces(video, faces) {
  const layer = overlayOf(video);
  const place = pictureOf(video);
  const shown = place ? faces : [];
  while (layer.children.length > shown.length) layer.lastChild.remove();
  while (layer.children.length < shown.length) layer.appendChild(plate());
  if (!place) return;
  const [left, top, width, height] = place;
  Object.assign(layer.style, {
    left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
  shown.forEach((face, k) => {
    const box = layer.children[k], [x, y, w, h] = face.box;
    Object.assign(box.style, {
      left: `${x * width}px`, top: `${y * height}px`, width: `${w * width}px`, height: `${h * height}px`,
      border: `2px ${face.probs ? "solid" : "dashed"} ${face.person.color}`,
      boxShadow: "0 0 0 1px rgba(255,255,255,0.65)",
    });
    const words = box.firstChild;
    const text = `${face.person.name}: ${face.words}`;
    if (words.textContent !== text) words.textContent = text;
    words.style.top = y * height > 24 ? "-23px" : "2px";
    // A plate that would leave the picture at the right is moved back in.
    const over = x * width + words.offsetWidth - width;
    words.style.left = `${-2 - Math.max(0, over)}px`;
  });
}

function clearFaces(video) {
  const layer = video && video.parentElement && video.parentElement.querySelector(`:scope > .${OVERLAY}`);
  if (layer) layer.remove();
}
