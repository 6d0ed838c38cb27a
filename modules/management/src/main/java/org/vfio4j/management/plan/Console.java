/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Arrays;
import java.util.Optional;

/** A way to see a virtual machine's screen: a {@code <graphics>} of libvirt, a front end of QEMU. */
public enum Console {
    VNC("vnc", "vnc", false),
    SPICE("spice", "spice", false),
    SPICE_GL("spice-gl", "spice", true),
    DBUS("dbus", "dbus", false),
    DBUS_GL("dbus-gl", "dbus", true),
    /** No screen of its own: lets others be fed from OpenGL. */
    EGL_HEADLESS("egl-headless", "egl-headless", true),
    SDL("sdl", "sdl", false),
    SDL_GL("sdl-gl", "sdl", true),
    GTK("gtk", "gtk", false),
    GTK_GL("gtk-gl", "gtk", true);

    private final String word;
    private final String type;
    private final boolean gl;

    Console(String word, String type, boolean gl) {
        this.word = word;
        this.type = type;
        this.gl = gl;
    }

    /** How the command line and rules spell it. */
    public String word() {
        return word;
    }

    /** What libvirt's {@code <graphics type=…>} calls it. */
    public String type() {
        return type;
    }

    /** Whether it uses OpenGL, and so can show a dma-buf. */
    public boolean hasGl() {
        return gl;
    }

    /** Whether QEMU has it as its front end ({@code -display}), of which it has one; it serves VNC and SPICE beside that. */
    public boolean isFrontEnd() {
        return !type.equals(VNC.type) && !type.equals(SPICE.type);
    }

    /** The console of libvirt's type, with or without OpenGL; empty for one that this release does not know. */
    public static Optional<Console> of(String type, boolean gl) {
        return Arrays.stream(values())
                .filter(console -> console.type.equals(type) && console.gl == gl)
                .findFirst();
    }

    /** The console of that {@link #word}. */
    public static Optional<Console> find(String word) {
        return Arrays.stream(values())
                .filter(console -> console.word.equals(word))
                .findFirst();
    }
}
