/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TilesTest {
    private final Tiles tiles = new Tiles();

    @Test
    void theLastTilesEndWithThePicture() {
        tiles.reset(200, 70);
        tiles.fill();

        assertThat(tiles.count()).isEqualTo(8);
        assertThat(tiles.run(0)).isEqualTo(4);
        assertThat(tiles.width(0, 4)).isEqualTo(200);
        assertThat(tiles.width(3, 1)).isEqualTo(8);
        assertThat(tiles.height(4)).isEqualTo(6);
    }

    @Test
    void anAreaHasTheTilesThatItTouches() {
        tiles.reset(200, 200);
        tiles.addArea(63, 64, 2, 1);
        tiles.addArea(199, 199, 1000, Integer.MAX_VALUE);
        tiles.addArea(500, 500, 1, 1);

        assertThat(tiles.count()).isEqualTo(3);
        assertThat(tiles.has(4)).isTrue();
        assertThat(tiles.has(5)).isTrue();
        assertThat(tiles.next(6)).isEqualTo(15);
        assertThat(tiles.next(16)).isEqualTo(-1);
    }

    @Test
    void onlyWholeTilesOfLinesAreTakenAway() {
        tiles.reset(64, 200);
        tiles.fill();
        tiles.removeLines(10, 150);

        assertThat(tiles.has(0)).isTrue();
        assertThat(tiles.has(1)).isFalse();
        assertThat(tiles.has(2)).isTrue();
        tiles.removeLines(128, 72);
        assertThat(tiles.count()).isEqualTo(1);
    }
}
