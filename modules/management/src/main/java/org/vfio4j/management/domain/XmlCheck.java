/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.vfio4j.linux.ForeignText;

/** Lets through well-formed XML of bounded size and depth in UTF-8, without a document type and so without entities of its own. */
final class XmlCheck {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_ATTRIBUTES = 64;
    private static final int MAX_ELEMENTS = 100_000;
    private static final int MAX_REASON = 200;

    private XmlCheck() {}

    /** The document's text. */
    static String text(byte[] xml, int maxBytes) {
        if (xml.length > maxBytes) {
            throw new DomainException("domain XML", "is larger than " + (maxBytes >> 20) + " MB");
        }
        String text = decode(xml);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            walk(factory.createXMLStreamReader(new ByteArrayInputStream(xml), "UTF-8"));
        } catch (XMLStreamException e) {
            throw new DomainException(where(e.getLocation()), "XML expected: " + reason(e));
        }
        return text;
    }

    private static void walk(XMLStreamReader reader) throws XMLStreamException {
        int depth = 0;
        int elements = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    elements++;
                    require(depth <= MAX_DEPTH, reader, "elements nested deeper than " + MAX_DEPTH);
                    require(elements <= MAX_ELEMENTS, reader, "more than " + MAX_ELEMENTS + " elements");
                    require(
                            reader.getAttributeCount() <= MAX_ATTRIBUTES,
                            reader,
                            "an element with more than " + MAX_ATTRIBUTES + " attributes");
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    require(false, reader, "a document type or an entity, which a domain XML has not");
                default -> {}
            }
        }
    }

    private static void require(boolean fine, XMLStreamReader reader, String reason) {
        if (!fine) {
            throw new DomainException(where(reader.getLocation()), reason);
        }
    }

    private static String decode(byte[] xml) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(xml))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DomainException("domain XML", "is not UTF-8");
        }
    }

    private static String where(Location location) {
        return location == null
                ? "domain XML"
                : "line " + location.getLineNumber() + ", column " + location.getColumnNumber();
    }

    /** The parser's sentence without its place and line breaks. */
    private static String reason(XMLStreamException e) {
        String message = String.valueOf(e.getMessage());
        int from = message.indexOf("Message: ");
        return ForeignText.line(from < 0 ? message : message.substring(from + "Message: ".length()), MAX_REASON);
    }
}
