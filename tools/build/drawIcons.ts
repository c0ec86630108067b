import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { repository } from '../serve/buildApp.ts';
import { chromiumFlags, findChromium } from '../testing/findChromium.ts';

// `npx tsx tools/build/drawIcons.ts` draws the icons of the installed app from public/icon.svg.

const icon = readFileSync(join(repository, 'public/icon.svg'), 'utf8');
/** Systems cut this one to shapes of their own: without corners, and the drawing within the middle four fifths. */
const maskable = icon.replace('viewBox="0 0 32 32"', 'viewBox="-6 -6 44 44"').replace(
  '<rect width="32" height="32" rx="8"',
  '<rect x="-6" y="-6" width="44" height="44"', // prettier-ignore
);
const drawings = [
  { name: 'icon-192', svg: icon, size: 192 },
  { name: 'icon-512', svg: icon, size: 512 },
  { name: 'maskable-512', svg: maskable, size: 512 },
];

const folder = join(repository, 'public/icons');
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: findChromium(), args: [...chromiumFlags] });
const page = await browser.newPage();
for (const { name, svg, size } of drawings) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0;display:block}svg{width:100vw}</style>${svg}`);
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true });
}
await browser.close();
