import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const cache = join(root, ".cache");
const browserPackage = join(root, "node_modules", "@sparticuz", "chromium");

/** Where screenshots of the tests go; not committed. */
export const screenshotFolder = join(cache, "screenshots");

/**
 * No sandbox: it does not start as root or in most containers. Everything that would call a host beyond loopback is
 * off. Web security stays on, so that origin checks meet a browser that keeps to them.
 */
const flags = [
  "--no-sandbox",
  "--disable-setuid-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-first-run",
  "--no-default-browser-check",
  "--no-pings",
  "--font-render-hinting=none",
];

/** The package's Open Sans first, so that pictures look alike everywhere; the machine's fonts for what it lacks. */
function fontConfiguration(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(home, "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(home, "fonts-cache")}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>Arial</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>Helvetica</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;
}

/**
 * Unpacks the browser that the package brings, with its shared libraries and fonts. In a child process, because the
 * package unpacks to the temporary folder of its process; into a folder of our own that is then moved to its place,
 * because tests run side by side.
 */
function unpackedBrowser(): string {
  const { version } = JSON.parse(readFileSync(join(browserPackage, "package.json"), "utf8")) as { version: string };
  const home = join(cache, `chromium-${version}-${process.platform}-${process.arch}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const own = mkdtempSync(join(cache, "unpacking-"));
  const script = 'await (await import("@sparticuz/chromium")).default.executablePath()';
  const unpacked = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: root,
    // The name of the platform makes the package unpack its shared libraries too.
    env: { ...process.env, TMPDIR: own, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x", NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (unpacked.status !== 0) throw new Error(`The browser could not be unpacked: ${unpacked.stderr}`);
  writeFileSync(join(own, "fonts", "fonts.conf"), fontConfiguration(home));
  try {
    renameSync(own, home);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}

/** A headless Chromium from the development dependencies; needs nothing of the machine. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const home = unpackedBrowser();
  const libraries = [join(home, "al2023", "lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":");
  return chromium.launch({
    executablePath: join(home, "chromium"),
    args: flags,
    env: { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(home, "fonts"), HOME: home },
  });
}

/** Takes a picture of the page to look at later and returns its file. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(screenshotFolder, { recursive: true });
  const path = join(screenshotFolder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
