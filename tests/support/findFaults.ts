import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';

const screens = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const schemes = ['light', 'dark'] as const;

/** What axe finds (the guidelines' levels A and AA, and good practice) on a desk's and on a phone's screen, in light and in dark, and what is wider than the screen. */
export async function findFaults(page: Page): Promise<string[]> {
  const before = page.viewportSize()!;
  const faults: string[] = [];
  for (const screen of screens) {
    await page.setViewportSize(screen);
    for (const colorScheme of schemes) {
      // Colours on their way from one to another would be measured half-way.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
      const found = await faultsAsShown(page);
      faults.push(...found.map((fault) => `${screen.width} ${colorScheme}, ${fault}`));
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return faults;
}

async function faultsAsShown(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  // The body is without the room that is kept for a scroll bar.
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.body.clientWidth);
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    ...(excess > 0 ? [`wider than the screen by ${excess} pixels`] : []),
  ];
}
