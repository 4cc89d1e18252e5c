// Renders .prompt files with Dotprompt. Arguments: the folder with node_modules.
const fs = require('fs');
const path = require('path');
const root = path.join(process.argv[2], 'node_modules', 'dotprompt');
const { Dotprompt } = require(root);
const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));

const ROLES = { model: 'assistant' };
const partText = (part) => part.text ?? (part.media ? `[media: ${part.media.url}]` : '');

async function answer(one) {
  try {
    const past = one.history?.map((m) => ({
      role: m.role === 'assistant' ? 'model' : m.role,
      content: [{ text: m.content }],
    }));
    const found = await new Dotprompt().render(one.content, { input: one.values, messages: past });
    const input = (await new Dotprompt().renderMetadata(one.content)).input;
    return {
      messages: found.messages.map((m) => [ROLES[m.role] ?? m.role, m.content.map(partText).join('')]),
      schema: input?.schema,
    };
  } catch (error) {
    return { error: String(error).slice(0, 300) };
  }
}

(async () => {
  const cases = JSON.parse(fs.readFileSync(0, 'utf8'));
  const answers = {};
  for (const [name, one] of Object.entries(cases)) answers[name] = await answer(one);
  process.stdout.write(JSON.stringify({ version, answers }));
})();
