// Asks the browser for its camera before the stream does, so that the page can say in words what went wrong;
// lets go of it at once. While a stream runs it tells when its camera is unplugged. Draws nothing.
const AGAIN_MS = 3000;
const answered = new WeakMap(), latest = new WeakMap();

async function ask(host) {
  if (!window.isSecureContext || !navigator.mediaDevices) return "insecure";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: false });
    const track = stream.getVideoTracks()[0];
    host.dataset.camera = track ? track.getSettings().deviceId || "" : "";
    stream.getTracks().forEach((one) => one.stop());
    return "ok";
  } catch (error) {
    return error.name;
  }
}

// Streamlit (1.67) loses what is told in the moment in which something else asks for the page: told until heard.
function answer(host, turn, name) {
  const { data, tell } = latest.get(host);
  if (!host.isConnected || !data.asking || data.turn !== turn) return;
  tell({ turn, name });
  setTimeout(() => answer(host, turn, name), AGAIN_MS);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const host = parentElement.host || parentElement;
  const tell = (said) => setTriggerValue("answer", said);
  const turn = data ? data.turn : 0;
  latest.set(host, { data: data || {}, tell });
  if (data && data.asking && answered.get(host) !== turn) {
    answered.set(host, turn);
    ask(host).then((name) => answer(host, turn, name));
  }
  const watch = async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    const used = host.dataset.camera;
    if (data && data.live && used && !cameras.some((camera) => camera.deviceId === used)) {
      tell({ turn, name: "gone" });
    }
  };
  if (!navigator.mediaDevices) return undefined;
  navigator.mediaDevices.addEventListener("devicechange", watch);
  return () => navigator.mediaDevices.removeEventListener("devicechange", watch);
}
