/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import eu.maveniverse.domtrip.Document;
import eu.maveniverse.domtrip.Editor;
import eu.maveniverse.domtrip.Element;
import eu.maveniverse.domtrip.QuoteStyle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads and changes elements of a document; what is not changed stays as it was written. */
final class XmlChanges {
    private final Editor editor;

    XmlChanges(Document document) {
        this.editor = new Editor(document);
    }

    /** The document as it is now. */
    String xml() {
        return editor.toXml();
    }

    static Optional<String> attribute(Element element, String name) {
        @Nullable String value = element.attribute(name);
        return Optional.ofNullable(value);
    }

    /** The children of that name, whatever prefix it has. */
    static Stream<Element> elements(Element parent, String localName) {
        return parent.childElements().filter(element -> element.localName().equals(localName));
    }

    /** The children that have an attribute of that value. */
    static Stream<Element> having(Stream<Element> elements, String attribute, String value) {
        return elements.filter(
                element -> attribute(element, attribute).filter(value::equals).isPresent());
    }

    void set(Element element, String attribute, String value) {
        if (element.hasAttribute(attribute)) {
            element.attribute(attribute, value);
        } else {
            element.attribute(attribute, value, QuoteStyle.SINGLE);
        }
    }

    void remove(Element element) {
        editor.removeElement(element);
    }

    /** The child of that name, made if there is none, behind the last of the elements named before. */
    Element child(Element parent, String name, String... behind) {
        Optional<Element> found = qualified(parent, name).findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        for (String sibling : behind) {
            Optional<Element> before = parent.childElements(sibling).reduce((a, b) -> b);
            if (before.isPresent()) {
                return editor.insertElementAfter(before.get(), name).selfClosing(true);
            }
        }
        return add(parent, name);
    }

    /** The child of that name with an attribute of that value, made if there is none. */
    Element named(Element parent, String name, String attribute, String value) {
        return having(qualified(parent, name), attribute, value).findFirst().orElseGet(() -> {
            Element added = add(parent, name);
            set(added, attribute, value);
            return added;
        });
    }

    /** A new child, behind all there are. */
    Element add(Element parent, String name) {
        parent.selfClosing(false);
        return editor.addElement(parent, name).selfClosing(true);
    }

    /** A new child, behind the last of its name. */
    Element addToItsKind(Element parent, String name, Map<String, String> attributes) {
        Element added = parent.childElements(name)
                .reduce((a, b) -> b)
                .map(last -> editor.insertElementAfter(last, name).selfClosing(true))
                .orElseGet(() -> add(parent, name));
        attributes.forEach((attribute, value) -> set(added, attribute, value));
        return added;
    }

    /** Leaves an element nothing but one attribute. */
    void only(Element element, String attribute, String value) {
        List<String> others = element.attributes().keySet().stream()
                .filter(a -> !a.equals(attribute))
                .toList();
        others.forEach(element::removeAttribute);
        List<Element> within = element.childElements().toList();
        within.forEach(editor::removeElement);
        set(element, attribute, value);
    }

    private static Stream<Element> qualified(Element parent, String name) {
        return parent.childElements().filter(element -> element.qualifiedName().equals(name));
    }
}
