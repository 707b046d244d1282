import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";

/** IPv4 that leads nowhere public (IANA special-purpose registry), as network and prefix length. */
const closedIpv4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** What is not public within the global unicast 2000::/3: special uses, documentation, and 6to4, which embeds IPv4. */
const closedIpv6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const closed = new BlockList();
for (const [network, bits] of closedIpv4) closed.addSubnet(network, bits, "ipv4");
for (const [network, bits] of closedIpv6) closed.addSubnet(network, bits, "ipv6");
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address is one of the public internet. IPv4 written as IPv6 is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) return globalUnicast.check(address, "ipv6") && !closed.check(address, "ipv6");
  return isIP(address) === 4 && !closed.check(address, "ipv4");
}

/** An address that events are not sent to. Its name is what the timeline says. */
export class PrivateAddressError extends Error {
  override readonly name = "private-address";
}

/**
 * A name look-up for the connection itself that fails when any address of the name is private. The connection goes to
 * the very addresses that were checked, so a name that changes its answer meanwhile gains nothing.
 */
export function publicLookup(resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    const { family, hints } = options;
    resolve(hostname, { all: true, ...(family ? { family } : {}), ...(hints ? { hints } : {}) }, (error, found) => {
      const addresses = found as readonly LookupAddress[] | undefined;
      if (error) return callback(error, "", 0);
      if (!addresses?.length || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new PrivateAddressError("The name leads to a private address."), "", 0);
      }
      const [first] = addresses as [LookupAddress];
      if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

/** Refuses a URL that names a private address outright: no look-up is made for those. */
export function assertPublicUrl(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddressError("The URL names a private address.");
}
