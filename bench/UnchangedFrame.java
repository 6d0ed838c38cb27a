/* SPDX-License-Identifier: Apache-2.0 */
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.vfio4j.vfio.display.Damage;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.PixelFormat;

/**
 * What a look at a picture of 1920x1080 costs, beside what the memory takes for as many bytes: java -cp CLASSES UnchangedFrame.java. Medians of
 * 400 looks each, in turn.
 */
final class UnchangedFrame {
    private static final int WIDTH = 1920;
    private static final int HEIGHT = 1080;
    private static final int BYTES = WIDTH * HEIGHT * Integer.BYTES;
    private static final int LOOKS = 400;
    private static final int ROUNDS = 5;

    private UnchangedFrame() {}

    public static void main(String[] arguments) {
        try (Arena arena = Arena.ofShared();
                Damage damage = new Damage()) {
            MemorySegment screen = arena.allocate(BYTES, 4096);
            MemorySegment other = arena.allocate(BYTES, 4096);
            Frame frame = new Frame(WIDTH, HEIGHT, WIDTH * Integer.BYTES, PixelFormat.XRGB8888, screen);
            int[] zero = new int[1];
            damage.update(frame);
            for (int round = 0; round < ROUNDS; round++) {
                screen.fill((byte) 0);
                damage.update(frame);
                double copy = median(() -> {
                    other.copyFrom(screen);
                    return false;
                });
                double compare = median(() -> other.mismatch(screen) >= 0);
                double same = median(() -> {
                    screen.set(ValueLayout.JAVA_INT, 0, zero[0]); // or the compiler compares once for all looks
                    return damage.compare(frame);
                });
                int[] count = {0};
                double pixel = median(() -> {
                    screen.set(ValueLayout.JAVA_INT, BYTES - 4L, ++count[0]);
                    boolean changed = damage.compare(frame);
                    damage.keep(frame);
                    return changed;
                });
                double all = median(() -> {
                    screen.fill((byte) ++count[0]);
                    boolean changed = damage.compare(frame);
                    damage.keep(frame);
                    return changed;
                }) - median(() -> {
                    screen.fill((byte) ++count[0]);
                    return true;
                });
                System.out.printf(
                        Locale.ROOT,
                        "copy %.2f ms (%.1f GB/s read and written), compare %.2f ms, look: unchanged %.2f ms, one pixel %.2f"
                                + " ms, all of it %.2f ms%n",
                        copy,
                        2 * BYTES / copy / 1e6,
                        compare,
                        same,
                        pixel,
                        all);
            }
        }
    }

    private static double median(BooleanSupplier look) {
        double[] millis = new double[LOOKS];
        int changes = 0;
        for (int i = 0; i < LOOKS; i++) {
            long begin = System.nanoTime();
            changes += look.getAsBoolean() ? 1 : 0;
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        if (changes < 0) {
            throw new IllegalStateException();
        }
        Arrays.sort(millis);
        return millis[LOOKS / 2];
    }
}
