/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vfio4j.management.plan.RenderNode;

/** This machine's GPU nodes. */
final class RenderNodes {
    private RenderNodes() {}

    /** The first of those in {@code dev/dri}. */
    static RenderNode first(Path dev) {
        Path folder = dev.resolve("dri");
        if (!Files.isDirectory(folder)) {
            return new RenderNode.None();
        }
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(folder, "renderD*")) {
            Path first = null;
            for (Path node : nodes) {
                if (first == null || node.compareTo(first) < 0) {
                    first = node;
                }
            }
            return first == null ? new RenderNode.None() : new RenderNode.At(first.toString());
        } catch (IOException e) {
            return new RenderNode.Unknown();
        }
    }
}
