/* SPDX-License-Identifier: Apache-2.0 */

import java.nio.file.Path;
import java.util.Arrays;
import org.vfio4j.linux.sysfs.IommuGroups;
import org.vfio4j.linux.sysfs.MdevTree;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.linux.sysfs.Scan;

/** Times how long the readers take for the trees named as arguments: the first time in this JVM, then the median of fifteen. */
final class TimeMdevTree {
    private static final int ROUNDS = 15;

    private TimeMdevTree() {}

    private interface Reader {
        Scan<?> read(Root root);
    }

    public static void main(String[] trees) {
        System.out.printf("%-20s %-8s %8s %9s %9s %9s%n", "tree", "reader", "items", "first ms", "median ms", "us/item");
        for (String tree : trees) {
            Root root = Root.at(Path.of(tree));
            time(tree, "devices", root, it -> MdevTree.of(it).devices());
            time(tree, "parents", root, it -> MdevTree.of(it).parents());
            time(tree, "groups", root, it -> IommuGroups.of(it).groups());
        }
    }

    private static void time(String tree, String name, Root root, Reader reader) {
        int items = 0;
        double[] millis = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            Scan<?> scan = reader.read(root);
            millis[i] = (System.nanoTime() - start) / 1e6;
            items = scan.items().size();
            if (!scan.findings().isEmpty()) {
                throw new IllegalStateException(scan.findings().getFirst().toString());
            }
        }
        double first = millis[0];
        Arrays.sort(millis);
        double median = millis[ROUNDS / 2];
        System.out.printf("%-20s %-8s %8d %9.1f %9.1f %9.2f%n", tree, name, items, first, median, median * 1000 / Math.max(1, items));
    }
}
