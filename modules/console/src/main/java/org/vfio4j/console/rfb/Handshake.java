/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.linux.MalformedException;

/** RFB's first messages, as versions 3.3, 3.7 and 3.8 have them (RFC 6143, 7.1): the version, who the viewer is, and that it is there. */
final class Handshake {
    private static final String OURS = "RFB 003.008\n";
    private static final int VERSION_SIZE = 12;
    private static final Pattern VERSION = Pattern.compile("RFB (\\d{3})\\.(\\d{3})\n");
    private static final int SECURITY_CHOICE = 7;
    private static final int SECURITY_REASON = 8;

    private static final int NONE = 1;
    private static final int VNC_AUTHENTICATION = 2;
    private static final int OK = 0;
    private static final int FAILED = 1;

    /** Before a wrong password is told to be wrong. */
    private static final long PENALTY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ClientInput in;
    private final ServerOutput out;

    Handshake(ClientInput in, ServerOutput out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Lets the viewer in, whoever it is, up to its ClientInit.
     *
     * @throws MalformedException for what no viewer sends
     */
    void admit() throws IOException {
        int minor = greet();
        offer(NONE, minor);
        if (minor >= SECURITY_REASON) {
            out.u32(OK);
        }
        welcome();
    }

    /**
     * Lets the viewer in if it knows the password, up to its ClientInit.
     *
     * @param peer where it comes from
     * @throws MalformedException for what no viewer sends
     * @return false for one that is not to be let in, who has been told so
     */
    boolean admit(Access.Password access, InetAddress peer) throws IOException {
        int minor = greet();
        long pause = access.guesses().pause(peer);
        if (pause > 0) {
            offerNothing(minor, tooManyGuesses(peer, pause));
            return false;
        }
        offer(VNC_AUTHENTICATION, minor);
        byte[] challenge = VncAuthentication.challenge();
        out.bytes(challenge);
        out.flush();
        byte[] response = in.bytes(VncAuthentication.CHALLENGE);
        pause = access.guesses().begin(peer);
        if (pause > 0) {
            refuse(minor, tooManyGuesses(peer, pause));
            return false;
        }
        if (!VncAuthentication.isAnswered(challenge, response, access.password())) {
            LockSupport.parkNanos(PENALTY_NANOS);
            refuse(minor, "The password is wrong.");
            return false;
        }
        access.guesses().right(peer);
        out.u32(OK);
        welcome();
        return true;
    }

    /** ServerInit (RFC 6143, 7.3.2). */
    void describe(int width, int height, String name) throws IOException {
        out.u16(width);
        out.u16(height);
        PixelLayout.NATIVE.write(out);
        text(name);
        out.flush();
    }

    /** Versions other than these are 3.3 (RFC 6143, 7.1.1). */
    private int minorVersion() throws IOException {
        String theirs = new String(in.bytes(VERSION_SIZE), StandardCharsets.US_ASCII);
        Matcher version = VERSION.matcher(theirs);
        if (!version.matches()) {
            throw new MalformedException("this is no viewer");
        }
        int minor = Integer.parseInt(version.group(2));
        boolean known = version.group(1).equals("003") && (minor == SECURITY_CHOICE || minor == SECURITY_REASON);
        return known ? minor : 3;
    }

    /** Greets the viewer; the version that it speaks. */
    private int greet() throws IOException {
        out.bytes(OURS.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return minorVersion();
    }

    private void offer(int security, int minor) throws IOException {
        if (minor < SECURITY_CHOICE) {
            out.u32(security);
            return;
        }
        out.u8(1);
        out.u8(security);
        out.flush();
        int chosen = in.u8();
        if (chosen != security) {
            throw new MalformedException("security type " + chosen + " was not offered");
        }
    }

    /** No security type, and why (RFC 6143, 7.1.2). */
    private void offerNothing(int minor, String reason) throws IOException {
        if (minor < SECURITY_CHOICE) {
            out.u32(0);
        } else {
            out.u8(0);
        }
        text(reason);
        out.flush();
    }

    private void welcome() throws IOException {
        out.flush();
        in.u8(); // whether others may stay: they always may
    }

    private void refuse(int minor, String reason) throws IOException {
        out.u32(FAILED);
        if (minor >= SECURITY_REASON) {
            text(reason);
        }
        out.flush();
    }

    private static String tooManyGuesses(InetAddress peer, long pauseNanos) {
        long seconds = Math.ceilDiv(pauseNanos, TimeUnit.SECONDS.toNanos(1));
        return "Too many wrong passwords from " + peer.getHostAddress() + ": try again in " + seconds + " s.";
    }

    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.u32(bytes.length);
        out.bytes(bytes);
    }
}
