//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the public internet: (first address, bits).
const SPECIAL: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // carrier-grade NAT; some clouds' metadata
    ([127, 0, 0, 0], 8),      // loopback
    ([169, 254, 0, 0], 16),   // link-local; most clouds' metadata
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // AS112
    ([192, 52, 193, 0], 24),  // AMT
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([192, 175, 48, 0], 24),  // AS112
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, broadcast
    ([168, 63, 129, 16], 32), // a cloud's own services, on a public number
];

/// Networks that an operator may open: private ones and this machine.
const PRIVATE: &[([u8; 4], u32)] =
    &[([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];

/// Whether an address is on the public internet, whatever it is wrapped in.
pub(super) fn is_public(address: IpAddr) -> bool {
    match unwrapped(address) {
        IpAddr::V4(v4) => !within(v4, SPECIAL),
        // Only 2000::/3 is given out; of it, documentation, benchmarks, ORCHID and other special blocks are not.
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            (a & 0xe000) == 0x2000
                && !(a == 0x2001 && b < 0x0200)
                && !(a == 0x2001 && b == 0x0db8)
                && a != 0x3fff
                && a != 0x2002
                && a != 0x5f00
        }
    }
}

/// Whether it is on a private network or this machine.
pub(super) fn is_private(address: IpAddr) -> bool {
    match unwrapped(address) {
        IpAddr::V4(v4) => within(v4, PRIVATE),
        IpAddr::V6(v6) => v6 == Ipv6Addr::LOCALHOST || (v6.segments()[0] & 0xfe00) == 0xfc00,
    }
}

/// The IPv4 address inside mapped, compatible and NAT64 addresses: it is where the connection would end.
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let last = Ipv4Addr::from((u32::from(g) << 16) | u32::from(h));
    let mapped = [a, b, c, d, e] == [0; 5] && (f == 0xffff || (f == 0 && (g > 0 || h > 1)));
    let translated = (a, b) == (0x64, 0xff9b) || ([a, b, c, d] == [0; 4] && e == 0xffff);
    if mapped || translated { IpAddr::V4(last) } else { address }
}

fn within(address: Ipv4Addr, networks: &[([u8; 4], u32)]) -> bool {
    networks.iter().any(|(network, bits)| (u32::from(address) ^ u32::from(Ipv4Addr::from(*network))) >> (32 - bits) == 0)
}
