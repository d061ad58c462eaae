// Makes dist/: two modules with their source maps, and the types. `node build.mjs <folder>` makes it there.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const folder = resolve(process.argv[2] ?? join(here, "dist"));
const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ["src/index.ts", "src/ai.ts"],
  external: ["ai"],
  outdir: "dist", // also where it is made elsewhere: the map names the sources from there
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  sourcemap: true,
  write: false,
  logLevel: "warning",
});
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
const types = spawnSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", folder],
  { cwd: here, stdio: "inherit" },
);
process.exit(types.status ?? 1);
