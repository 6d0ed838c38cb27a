/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.vfio4j.console.rfb.Guesses;

/**
 * Who may ask. A page from elsewhere reaches a loopback server through its visitor's browser; so the host's name that was asked for must be one
 * that cannot be made to point here (DNS rebinding), and what changes something must come from the console's own page (Origin), whatever cookies
 * come along.
 */
final class Guard {
    private static final Pattern ADDRESS =
            Pattern.compile("(localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");

    private static final String BEARER = "Bearer ";

    /** How late a wrong token is answered at most, so that a script that waits for ten seconds still hears that it is wrong. */
    private static final long LATEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Logins logins;
    private final IntSupplier port;
    private final Time time;
    private final Guesses guesses;

    /**
     * @param port of the server: browsers send a cookie to all ports of a host, so its name has this one
     */
    Guard(Logins logins, IntSupplier port, Time time) {
        this.logins = logins;
        this.port = port;
        this.time = time;
        this.guesses = new Guesses(time.nanos());
    }

    /** Why a request is not answered, whoever asks. */
    enum Objection {
        /** A name that anybody could let point here, or none. */
        HOST("this console is asked for by its address or as localhost only, not by another name"),
        /** Another page's request. */
        ORIGIN("the request comes from another page");

        private final String what;

        Objection(String what) {
            this.what = what;
        }

        String what() {
            return what;
        }
    }

    /**
     * What is wrong with a request.
     *
     * @param changes whether it could change something, or opens a WebSocket
     */
    Optional<Objection> objection(Headers headers, boolean changes) {
        String host = headers.first(HeaderNames.HOST).orElse("");
        if (!ADDRESS.matcher(host).matches()) {
            return Optional.of(Objection.HOST);
        }
        Optional<String> origin = headers.first(HeaderNames.ORIGIN);
        boolean own = origin.map(o -> o.equals("http://" + host)).orElse(!changes || !hasCookie(headers));
        return own ? Optional.empty() : Optional.of(Objection.ORIGIN);
    }

    /** Whether he is signed in, or shows the token itself. */
    boolean isKnown(Headers headers) {
        Optional<String> authorization = headers.first(HeaderNames.AUTHORIZATION);
        if (authorization.isPresent()) {
            String given = authorization.get();
            return given.startsWith(BEARER)
                    && logins.isToken(given.substring(BEARER.length()).strip());
        }
        return secret(headers).map(logins::isOpen).orElse(false);
    }

    /** The value of Set-Cookie for somebody who has shown the token; empty if he has not. */
    Optional<String> signIn(String presented, InetAddress peer) {
        if (logins.isToken(presented.strip())) {
            guesses.right(peer);
            return Optional.of(setCookie(logins.open()));
        }
        tokenWasWrong(peer);
        return Optional.empty();
    }

    /**
     * A peer has shown a wrong token: returns late when he has done so often. The right token is never late: users of one machine have one address,
     * and none of them shall keep another out by guessing what nobody guesses.
     */
    void tokenWasWrong(InetAddress peer) {
        guesses.begin(peer);
        long pause = guesses.pause(peer);
        if (pause > 0) {
            time.pause().accept(Math.min(pause, LATEST_NANOS));
        }
    }

    /** Ends his login; the value of Set-Cookie that makes the browser forget it. */
    String signOut(Headers headers) {
        secret(headers).ifPresent(logins::close);
        return setCookie("") + "; Max-Age=0";
    }

    private String setCookie(String value) {
        return cookie() + "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
    }

    private String cookie() {
        return "vfio4j-" + port.getAsInt();
    }

    private boolean hasCookie(Headers headers) {
        return secret(headers).isPresent();
    }

    private Optional<String> secret(Headers headers) {
        for (String line : headers.values(HeaderNames.COOKIE)) {
            for (String pair : line.split(";", -1)) {
                String[] parts = pair.strip().split("=", 2);
                if (parts.length == 2 && parts[0].equals(cookie())) {
                    return Optional.of(parts[1]);
                }
            }
        }
        return Optional.empty();
    }
}
