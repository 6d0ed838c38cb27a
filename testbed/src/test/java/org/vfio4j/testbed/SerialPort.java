/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.util.List;

/** A port of an mtty, as the guest's serial driver shows it. */
record SerialPort(Guest guest, String tty) {
    /** How much goes out before what came back is read: what mtty's FIFO holds, without the newline. */
    private static final int CHUNK = 15;

    /** Those of all mttys in the guest. */
    static List<SerialPort> all(Guest guest) throws IOException, InterruptedException {
        String found = guest.must(
                "for function in $(cat); do find $function/ -name 'ttyS*'; done <<END | sed 's|.*/||' | sort -V\n"
                        + guest.functions(0x4348, 0x3253) + "\nEND");
        return found.lines().map(tty -> new SerialPort(guest, tty)).toList();
    }

    /** Sends a text of letters and spaces in pieces, and returns what came back. */
    String loop(String text) throws IOException, InterruptedException {
        return guest.must("""
                stty -F /dev/%1$s raw -echo 115200
                exec 4<>/dev/%1$s
                echo '%2$s' | fold -w %3$d | while IFS= read -r piece; do
                  printf '%%s\\n' "$piece" >&4
                  IFS= read -r -t 30 back <&4 || exit 1
                  printf '%%s' "$back"
                done
                """.formatted(tty, text, CHUNK));
    }

    /** How many interrupts the port's line has seen while the port is open; 0 if none ever. */
    int interrupts() throws IOException, InterruptedException {
        return Integer.parseInt(guest.must("exec 4<>/dev/" + tty + "; awk '/" + tty
                        + "($|,)/ { n = $2 } END { print n + 0 }' /proc/interrupts")
                .strip());
    }
}
