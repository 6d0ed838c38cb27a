/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import eu.maveniverse.domtrip.Element;
import java.util.Optional;

/** A {@code <graphics>} of a domain. */
public final class Graphics {
    private final Element element;

    Graphics(Element element) {
        this.element = element;
    }

    /** {@code vnc}, {@code spice}, {@code egl-headless}, {@code dbus}, {@code sdl}, {@code rdp} or {@code desktop}; empty text if it says nothing. */
    public String type() {
        return XmlChanges.attribute(element, "type").orElse("");
    }

    /** Whether it uses OpenGL: said by {@code <gl enable='yes'>}, and always so for egl-headless. */
    public boolean hasGl() {
        return type().equals("egl-headless")
                || element.childElement("gl")
                        .flatMap(gl -> XmlChanges.attribute(gl, "enable"))
                        .filter("yes"::equals)
                        .isPresent();
    }

    /** The render node it names, such as {@code /dev/dri/renderD128}. */
    public Optional<String> renderNode() {
        return element.childElement("gl").flatMap(gl -> XmlChanges.attribute(gl, "rendernode"));
    }

    Element element() {
        return element;
    }
}
