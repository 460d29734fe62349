// Faces and expressions by @vladmandic/face-api (wasm backend), one photo a line of JSON.
//
//   node tests/bench/rivals/face_api.cjs NODE_MODULES FOLDER > FILE
//
// Each photo gets a black border as wide as its longer side: on closely cut ones its detector finds nothing.
const fs = require('fs');
const path = require('path');

const modules = path.resolve(process.argv[2]);
const folder = process.argv[3];
const at = (name) => path.join(modules, name);
const tf = require(at('@tensorflow/tfjs'));
const wasm = require(at('@tensorflow/tfjs-backend-wasm'));
const faceapi = require(at('@vladmandic/face-api/dist/face-api.node-wasm.js'));
const jpeg = require(at('jpeg-js'));

const OURS = { fearful: 'fear', disgusted: 'disgust', surprised: 'surprise' };

function padded(file) {
  const { width, height, data } = jpeg.decode(fs.readFileSync(file), { useTArray: true });
  const border = Math.max(width, height);
  const wide = width + 2 * border;
  const pixels = new Uint8Array(wide * (height + 2 * border) * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = 4 * (y * width + x);
      const to = 3 * ((y + border) * wide + x + border);
      pixels.set(data.subarray(from, from + 3), to);
    }
  }
  return tf.tensor3d(pixels, [height + 2 * border, wide, 3], 'int32');
}

async function main() {
  wasm.setWasmPaths(at('@tensorflow/tfjs-backend-wasm/dist/'));
  await tf.setBackend('wasm');
  await tf.ready();
  const weights = at('@vladmandic/face-api/model');
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(weights);
  await faceapi.nets.faceLandmark68Net.loadFromDisk(weights);
  await faceapi.nets.faceExpressionNet.loadFromDisk(weights);
  const version = require(at('@vladmandic/face-api/package.json')).version;
  process.stdout.write(`${JSON.stringify({ version, backend: tf.getBackend() })}\n`);
  const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.2, maxResults: 10 });
  for (const name of fs.readdirSync(folder).sort()) {
    const picture = padded(path.join(folder, name));
    const found = await faceapi.detectAllFaces(picture, options).withFaceLandmarks().withFaceExpressions();
    picture.dispose();
    const faces = found.map(({ detection, expressions }) => ({
      box: [detection.box.x, detection.box.y, detection.box.width, detection.box.height],
      scores: Object.fromEntries(
        Object.entries(expressions).map(([word, score]) => [OURS[word] || word, score]),
      ),
    }));
    process.stdout.write(`${JSON.stringify({ photo: name, faces })}\n`);
  }
}

main();
