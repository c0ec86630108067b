import type { CDPSession, Page } from 'playwright';
import type { Endurance } from './browser/endure.ts';
import type { BenchBrowser } from './inChromium.ts';

/** Trains in a page of its own, in the page's own thread, and calls `read` after each of the steps in `marks`. */
export async function trainInPage<Mark>(
  browser: BenchBrowser,
  endurance: Endurance,
  read: (step: number, session: CDPSession, page: Page) => Promise<Mark>,
): Promise<Mark[]> {
  const page = await browser.open();
  try {
    const session = await page.context().newCDPSession(page);
    const marks: Mark[] = [];
    await page.exposeFunction('onMark', async (step: number) => {
      marks.push(await read(step, session, page));
    });
    await page.evaluate((asked) => globalThis.benchPage.endure(asked), endurance);
    return marks;
  } finally {
    await page.context().close();
  }
}
