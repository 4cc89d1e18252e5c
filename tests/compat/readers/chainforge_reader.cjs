// Fills the prompts of flows with ChainForge's own template code, which its package carries in
// the source map of its page. Arguments: the folder with node_modules, the package's folder.
const fs = require('fs');
const os = require('os');
const path = require('path');
const esbuild = require(path.join(process.argv[2], 'node_modules', 'esbuild'));

function ownTemplates(folder) {
  const js = path.join(folder, 'react-server', 'build', 'static', 'js');
  const map = fs.readdirSync(js).find((name) => /^main\..*\.js\.map$/.test(name));
  const { sources, sourcesContent } = JSON.parse(fs.readFileSync(path.join(js, map), 'utf8'));
  const target = fs.mkdtempSync(path.join(os.tmpdir(), 'chainforge-'));
  for (const name of ['template', 'setUtils', 'typing']) {
    const place = sources.findIndex((each) => each.endsWith(`backend/${name}.ts`));
    fs.writeFileSync(path.join(target, `${name}.ts`), sourcesContent[place]);
  }
  // These two pull in the whole program; of them the template code needs what passes texts on.
  fs.writeFileSync(path.join(target, 'utils.ts'), 'export const llmResponseDataToString = String;\n');
  fs.writeFileSync(
    path.join(target, 'cache.ts'),
    'export const StringLookup = { get: (v: any) => v, concretizeDict: (d: any) => d };\n',
  );
  const built = esbuild.buildSync({
    entryPoints: [path.join(target, 'template.ts')],
    bundle: true, format: 'cjs', platform: 'node', write: false, logLevel: 'error',
  });
  const made = { exports: {} };
  new Function('module', 'exports', built.outputFiles[0].text)(made, made.exports);
  return made.exports;
}

const templates = ownTemplates(process.argv[3]);

function answer(one) {
  try {
    const { nodes, edges } = JSON.parse(one.content).flow;
    const rows = [];
    for (const node of nodes.filter((n) => n.type === 'prompt')) {
      const values = {};
      // Variables come in the order in which the prompt names them, and behind each those of the
      // texts that fill it, as the program's store pulls them.
      const pulled = (names, target) =>
        names.flatMap((name) =>
          edges
            .filter((e) => e.target === target && e.targetHandle === name)
            .flatMap((e) => [e, ...pulled(nodes.find((n) => n.id === e.source).data.vars ?? [], e.source)]),
        );
      for (const edge of pulled([...templates.extractTemplateVars(node.data.prompt)], node.id)) {
        const source = nodes.find((n) => n.id === edge.source);
        if (source.type === 'table') {
          // As the program's store gives them: braces escaped, rows held together by an id.
          const column = source.data.columns.find((c) => c.header === edge.sourceHandle);
          values[edge.targetHandle] = source.data.rows.map((row) => ({
            text: templates.escapeBraces(String(row[column.key] ?? '')),
            metavars: {},
            associate_id: row.__uid,
          }));
        } else {
          values[edge.targetHandle] = Object.values(source.data.fields);
        }
      }
      for (const prompt of new templates.PromptPermutationGenerator(node.data.prompt).generate(values)) {
        const system = prompt.fill_history['=system_msg'];
        rows.push({
          messages: [
            ...(system ? [['system', typeof system === 'object' ? system.text : system]] : []),
            ['user', prompt.toString()],
          ],
        });
      }
    }
    return { rows };
  } catch (error) {
    return { error: String(error.stack ?? error).slice(0, 300) };
  }
}

const cases = JSON.parse(fs.readFileSync(0, 'utf8'));
const answers = {};
for (const [name, one] of Object.entries(cases)) answers[name] = answer(one);
process.stdout.write(JSON.stringify({ version: process.argv[4], answers }));
