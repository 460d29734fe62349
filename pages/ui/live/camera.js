// Asks the browser for its camera before the stream does, so that the page can say in words what went wrong;
// lets go of it at once. While a stream runs it tells when its camera is unplugged. Draws nothing.
const answered = new WeakMap();

async function ask(turn, host, tell) {
  if (!window.isSecureContext || !navigator.mediaDevices) return tell({ turn, name: "insecure" });
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: false });
    const track = stream.getVideoTracks()[0];
    host.dataset.camera = track ? track.getSettings().deviceId || "" : "";
    stream.getTracks().forEach((one) => one.stop());
    tell({ turn, name: "ok" });
  } catch (error) {
    tell({ turn, name: error.name });
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const host = parentElement.host || parentElement;
  const tell = (answer) => setTriggerValue("answer", answer);
  const turn = data ? data.turn : 0;
  if (data && data.asking && answered.get(host) !== turn) {
    answered.set(host, turn);
    ask(turn, host, tell);
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
