/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.json;

import org.vfio4j.linux.ErrnoException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Parses one JSON document of bounded size, depth and texts, in which no key stands twice and after which nothing follows. */
public final class BoundedJson {
    private static final int MAX_TEXT = 16_384;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_TEXT)
                            .maxNumberLength(MAX_NUMBER)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private BoundedJson() {}

    /** Makes the exception that a reader throws for a value it refuses. */
    @FunctionalInterface
    public interface Refusal {
        /**
         * The exception for a value.
         *
         * @param where the value's place, such as {@code parents[0].types[2].name}
         * @param reason what is wrong there
         */
        ErrnoException because(String where, String reason);
    }

    /**
     * The document's root.
     *
     * @param title what the document is called in an error about all of it, such as {@code snapshot}
     * @param maxBytes the longest that is accepted
     */
    public static Cursor parse(byte[] json, String title, int maxBytes, Refusal refusal) {
        if (json.length > maxBytes) {
            throw refusal.because(
                    title, "is larger than " + (maxBytes >= 1 << 20 ? (maxBytes >> 20) + " MB" : maxBytes + " bytes"));
        }
        try {
            return new Cursor(title, "", MAPPER.readTree(json), refusal);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? title : "line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw refusal.because(where, "JSON expected: " + e.getOriginalMessage());
        }
    }
}
