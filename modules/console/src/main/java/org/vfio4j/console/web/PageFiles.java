/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.console.api.Response;

/** The page's files, which are part of this program: nothing of the machine's disk can be asked for. */
final class PageFiles {
    /** Plain words for folders and a file, so that no path leaves the page's. */
    private static final Pattern NAME = Pattern.compile("(?:[a-z0-9_-]{1,40}/){0,5}[a-z0-9_-]{1,40}\\.([a-z0-9]{2,4})");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, File> files = new ConcurrentHashMap<>();

    /** No file is read yet. */
    PageFiles() {}

    private static final class File {
        private final byte[] content;
        private final String type;
        private final String tag;

        private File(byte[] content, String type, String tag) {
            this.content = content;
            this.type = type;
            this.tag = tag;
        }
    }

    /**
     * A file of the page: 200, or 304 for who has it already.
     *
     * @param name below the page's folder
     * @param known the tag of what he has
     */
    Optional<Response> file(String name, String known) {
        File file = files.get(name);
        if (file == null) {
            file = read(name);
            if (file == null) {
                return Optional.empty();
            }
            files.put(name, file);
        }
        Map<String, String> headers = Map.of("ETag", file.tag, "Cache-Control", "no-cache");
        return Optional.of(
                file.tag.equals(known)
                        ? new Response(304, "", new byte[0], headers)
                        : new Response(200, file.type, file.content, headers));
    }

    private static @Nullable File read(String name) {
        var matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        String type = TYPES.get(matcher.group(1));
        if (type == null) {
            return null;
        }
        try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                return null;
            }
            byte[] content = in.readAllBytes();
            return new File(content, type, "\"" + HexFormat.of().formatHex(sha256(content), 0, 8) + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
