// Evaluates configurations with promptfoo and its echo provider. Arguments: the folder with
// node_modules.
const fs = require('fs');
const os = require('os');
const path = require('path');
const cases = JSON.parse(fs.readFileSync(0, 'utf8'));
Object.assign(process.env, {
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  PROMPTFOO_DISABLE_UPDATE: '1',
  PROMPTFOO_CONFIG_DIR: fs.mkdtempSync(path.join(os.tmpdir(), 'promptfoo-')),
  LOG_LEVEL: 'error',
});
const modules = path.join(process.argv[2], 'node_modules');
const yaml = require(path.join(modules, 'js-yaml'));
const promptfoo = require(path.join(modules, 'promptfoo'));
const { version } = JSON.parse(
  fs.readFileSync(path.join(modules, 'promptfoo', 'package.json'), 'utf8'),
);

function messages(output) {
  try {
    const found = typeof output === 'string' ? JSON.parse(output) : output;
    if (Array.isArray(found) && found.every((m) => m.role)) return found.map((m) => [m.role, m.content]);
  } catch {
    // a text, and so one message of the user
  }
  return [['user', output]];
}

async function answer(one) {
  try {
    const config = yaml.load(one.content);
    const done = await promptfoo.evaluate(
      { ...config, writeLatestResults: false },
      { cache: false, showProgressBar: false, maxConcurrency: 1 },
    );
    const summary = await done.toEvaluateSummary();
    const rows = summary.results.map((r) =>
      r.response?.output === undefined ? { error: String(r.error) } : { messages: messages(r.response.output) },
    );
    return { rows };
  } catch (error) {
    return { error: String(error.stack ?? error).slice(0, 400) };
  }
}

(async () => {
  const answers = {};
  const log = console.log;
  console.log = () => {};
  for (const [name, one] of Object.entries(cases)) answers[name] = await answer(one);
  console.log = log;
  fs.writeFileSync(process.argv[3], JSON.stringify({ version, answers }));
  process.exit(0);
})();
