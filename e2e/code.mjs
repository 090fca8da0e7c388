// Codes that a phone reads, read again.

import jsQR from "jsqr";

/** What a reader of codes reads in a picture: all that a person would hold it before. */
export async function readCode(browser, picture) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { data, width, height } = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return { data: Array.from(canvas.getImageData(0, 0, image.width, image.height).data), width: image.width, height: image.height };
  }, `data:image/png;base64,${picture.toString("base64")}`);
  await context.close();
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}
